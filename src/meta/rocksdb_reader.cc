#include "meta/rocksdb_reader.h"

namespace meta {

using base::Errc;

base::Error error_of(const rocksdb::Status& status) {
  auto kind = status.IsNoSpace() ? Errc::no_space : status.IsCorruption() ? Errc::corrupt : Errc::io;
  return {kind, "RocksDB: " + status.ToString()};
}

std::string stored_key(std::string_view partition, std::string_view key) {
  std::string out;
  out.reserve(2 + partition.size() + key.size());
  out += static_cast<char>(partition.size() >> 8);
  out += static_cast<char>(partition.size());
  out += partition;
  out += key;
  return out;
}

std::string end_of(std::string_view partition) {
  auto end = stored_key(partition, "");
  while (static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();  // never all: a length's first byte is small
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

std::string_view partition_in(std::string_view stored) {
  size_t size = static_cast<size_t>(static_cast<unsigned char>(stored[0])) << 8 | static_cast<unsigned char>(stored[1]);
  return stored.substr(2, size);
}

Result<std::optional<std::string>> read_value(rocksdb::DB& db, const std::string& stored, const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  auto status = db.Get(options, stored, &value);
  if (status.ok()) return value;
  if (status.IsNotFound()) return std::nullopt;
  return std::unexpected(error_of(status));
}

namespace {

class RocksdbCursor final : public Cursor {
 public:
  RocksdbCursor(rocksdb::DB& db, std::string_view partition, const rocksdb::Snapshot* snapshot,
                std::unique_ptr<rocksdb::WriteBatchWithIndex> above)
      : prefix_(stored_key(partition, "")), end_(end_of(partition)), bound_(end_), above_(std::move(above)) {
    options_.snapshot = snapshot;
    options_.iterate_upper_bound = &bound_;
    iterator_.reset(db.NewIterator(options_));
    if (above_) iterator_.reset(above_->NewIteratorWithBase(db.DefaultColumnFamily(), iterator_.release(), &options_));
  }
  void seek(std::string_view key) override { iterator_->Seek(prefix_ + std::string(key)); }
  void next() override { iterator_->Next(); }
  // The index of a write batch knows no upper bound.
  bool valid() const override { return iterator_->Valid() && iterator_->key().starts_with(prefix_); }
  std::string_view key() const override { return view(iterator_->key()).substr(prefix_.size()); }
  std::string_view value() const override { return view(iterator_->value()); }
  Result<> status() const override {
    if (iterator_->status().ok()) return {};
    return std::unexpected(error_of(iterator_->status()));
  }

 private:
  std::string prefix_, end_;
  rocksdb::Slice bound_;
  rocksdb::ReadOptions options_;
  std::unique_ptr<rocksdb::WriteBatchWithIndex> above_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

// The database as it stood when the reader was made.
class SnapshotReader final : public Reader {
 public:
  SnapshotReader(rocksdb::DB& db, std::string_view partition) : db_(db), partition_(partition), snapshot_(db.GetSnapshot()) {}
  ~SnapshotReader() override { db_.ReleaseSnapshot(snapshot_); }
  Result<std::optional<std::string>> get(std::string_view key) const override {
    return read_value(db_, stored_key(partition_, key), snapshot_);
  }
  std::unique_ptr<Cursor> cursor() const override {
    return std::make_unique<RocksdbCursor>(db_, partition_, snapshot_, nullptr);
  }

 private:
  rocksdb::DB& db_;
  std::string partition_;
  const rocksdb::Snapshot* snapshot_;
};

}  // namespace

std::unique_ptr<Cursor> make_cursor(rocksdb::DB& db, std::string_view partition, const rocksdb::Snapshot* snapshot,
                                    std::unique_ptr<rocksdb::WriteBatchWithIndex> above) {
  return std::make_unique<RocksdbCursor>(db, partition, snapshot, std::move(above));
}

std::unique_ptr<Reader> read_snapshot(rocksdb::DB& db, std::string_view partition) { return std::make_unique<SnapshotReader>(db, partition); }

}  // namespace meta
