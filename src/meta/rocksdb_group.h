#pragma once
// Transactions that become durable together. Private to this module.
#include <map>

#include "meta/rocksdb_reader.h"

namespace meta {

// What the transactions of one group wrote so far, and what the running one writes.
// **Threads** The one that commits.
class Group {
 public:
  explicit Group(rocksdb::DB& db) : db_(db) {}
  rocksdb::DB& db() const { return db_; }
  size_t size_bytes() const { return size_bytes_; }

  // The running transaction's writes; invisible until `accept`.
  void put(std::string key, std::string_view value) { running_.emplace_back(std::move(key), value); }
  void erase(std::string key) { running_.emplace_back(std::move(key), std::nullopt); }
  void accept();
  void reject() { running_.clear(); }

  // The value that earlier transactions wrote, or else the database's.
  Result<std::optional<std::string>> get(const std::string& key) const;

  // What was accepted, in the order of keys: the memtable takes neighbours at a fraction of what keys in any order cost.
  rocksdb::WriteBatch batch() const;
  // What was accepted, to be read in order; nothing if there is nothing.
  std::unique_ptr<rocksdb::WriteBatchWithIndex> sorted() const;

 private:
  using Written = std::optional<std::string>;  // nothing: erased
  void write_to(rocksdb::WriteBatchBase& batch) const;

  rocksdb::DB& db_;
  std::map<std::string, Written> written_;
  std::vector<std::pair<std::string, Written>> running_;
  size_t size_bytes_ = 0;
};

// The database and, above it, what earlier transactions of the same group wrote.
class GroupReader final : public Reader {
 public:
  GroupReader(const Group& group, std::string_view partition) : group_(group), partition_(partition) {}
  Result<std::optional<std::string>> get(std::string_view key) const override { return group_.get(stored_key(partition_, key)); }
  std::unique_ptr<Cursor> cursor() const override { return make_cursor(group_.db(), partition_, nullptr, group_.sorted()); }

 private:
  const Group& group_;
  std::string_view partition_;
};

class GroupBatch final : public Batch {
 public:
  GroupBatch(Group& group, std::string_view partition) : group_(group), partition_(partition) {}
  void put(std::string_view key, std::string_view value) override { group_.put(stored_key(partition_, key), value); }
  void erase(std::string_view key) override { group_.erase(stored_key(partition_, key)); }

 private:
  Group& group_;
  std::string_view partition_;
};

}  // namespace meta
