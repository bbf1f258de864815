#include "meta/rocksdb_group.h"

namespace meta {

void Group::accept() {
  for (auto& [key, value] : running_) {
    size_bytes_ += key.size() + (value ? value->size() : 0);
    written_.insert_or_assign(std::move(key), std::move(value));
  }
  running_.clear();
}

Result<std::optional<std::string>> Group::get(const std::string& key) const {
  if (auto written = written_.find(key); written != written_.end()) return written->second;
  return read_value(db_, key, nullptr);
}

rocksdb::WriteBatch Group::batch() const {
  static constexpr size_t header = 12, most_of_an_entry = 16;  // beside the key and the value
  rocksdb::WriteBatch batch(header + size_bytes_ + written_.size() * most_of_an_entry);
  write_to(batch);
  return batch;
}

std::unique_ptr<rocksdb::WriteBatchWithIndex> Group::sorted() const {
  if (written_.empty()) return nullptr;
  auto sorted = std::make_unique<rocksdb::WriteBatchWithIndex>(rocksdb::BytewiseComparator(), 0, true);
  write_to(*sorted);
  return sorted;
}

void Group::write_to(rocksdb::WriteBatchBase& batch) const {
  for (auto& [key, value] : written_) {
    auto status = value ? batch.Put(key, *value) : batch.Delete(key);
    status.PermitUncheckedError();
  }
}

}  // namespace meta
