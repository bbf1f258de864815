#include "meta/rocksdb_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.h"

namespace meta {

using base::Errc;

namespace {

constexpr size_t group_limit = 1024;             // transactions that share a sync
constexpr size_t value_in_blob_file_bytes = 1024;  // larger values stay out of compactions

base::Error error_of(const rocksdb::Status& status) {
  auto kind = status.IsNoSpace() ? Errc::no_space : status.IsCorruption() ? Errc::corrupt : status.IsBusy() ? Errc::unavailable : Errc::io;
  return {kind, "RocksDB: " + status.ToString()};
}

// A partition's keys begin with its name, its length before it, so that no name is the beginning of another.
std::string stored_key(std::string_view partition, std::string_view key) {
  std::string out;
  out.reserve(2 + partition.size() + key.size());
  out += static_cast<char>(partition.size() >> 8);
  out += static_cast<char>(partition.size());
  out += partition;
  out += key;
  return out;
}

// The first key after all of the partition's.
std::string end_of(std::string_view partition) {
  auto end = stored_key(partition, "");
  while (static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();  // never all: a length's first byte is small
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

using DatabaseIterator = std::unique_ptr<rocksdb::Iterator>;

class RocksdbCursor final : public Cursor {
 public:
  using Open = std::function<DatabaseIterator(const rocksdb::ReadOptions&)>;
  RocksdbCursor(const Open& open, std::string_view partition, const rocksdb::Snapshot* snapshot)
      : prefix_(stored_key(partition, "")), end_(end_of(partition)), bound_(end_) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    options.iterate_upper_bound = &bound_;
    iterator_ = open(options);
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
  DatabaseIterator iterator_;
};

Result<std::optional<std::string>> found(const rocksdb::Status& status, std::string value) {
  if (status.ok()) return value;
  if (status.IsNotFound()) return std::nullopt;
  return std::unexpected(error_of(status));
}

// The database as it stood when the reader was made.
class SnapshotReader final : public Reader {
 public:
  SnapshotReader(rocksdb::DB& db, std::string_view partition) : db_(db), partition_(partition), snapshot_(db.GetSnapshot()) {}
  ~SnapshotReader() override { db_.ReleaseSnapshot(snapshot_); }
  Result<std::optional<std::string>> get(std::string_view key) const override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    std::string value;
    auto status = db_.Get(options, stored_key(partition_, key), &value);
    return found(status, std::move(value));
  }
  std::unique_ptr<Cursor> cursor() const override {
    return std::make_unique<RocksdbCursor>([&](auto& options) { return DatabaseIterator(db_.NewIterator(options)); }, partition_, snapshot_);
  }

 private:
  rocksdb::DB& db_;
  std::string partition_;
  const rocksdb::Snapshot* snapshot_;
};

// The database and, above it, what earlier transactions of the same group wrote.
class GroupReader final : public Reader {
 public:
  GroupReader(rocksdb::DB& db, rocksdb::WriteBatchWithIndex& group, std::string_view partition)
      : db_(db), group_(group), partition_(partition) {}
  Result<std::optional<std::string>> get(std::string_view key) const override {
    std::string value;
    auto status = group_.GetFromBatchAndDB(&db_, {}, stored_key(partition_, key), &value);
    return found(status, std::move(value));
  }
  std::unique_ptr<Cursor> cursor() const override {
    auto open = [&](auto& options) { return DatabaseIterator(group_.NewIteratorWithBase(db_.DefaultColumnFamily(), db_.NewIterator(options), &options)); };
    return std::make_unique<RocksdbCursor>(open, partition_, nullptr);
  }

 private:
  rocksdb::DB& db_;
  rocksdb::WriteBatchWithIndex& group_;
  std::string_view partition_;
};

// Held back until the transaction has succeeded.
class PendingBatch final : public Batch {
 public:
  explicit PendingBatch(std::string_view partition) : partition_(partition) {}
  void put(std::string_view key, std::string_view value) override { entries_.push_back({stored_key(partition_, key), std::string(value)}); }
  void erase(std::string_view key) override { entries_.push_back({stored_key(partition_, key), std::nullopt}); }
  void add_to(rocksdb::WriteBatchWithIndex& group) const {
    for (auto& [key, value] : entries_) {
      auto status = value ? group.Put(key, *value) : group.Delete(key);
      status.PermitUncheckedError();
    }
  }

 private:
  struct Entry {
    std::string key;
    std::optional<std::string> value;
  };
  std::string_view partition_;
  std::vector<Entry> entries_;
};

struct Queued {
  std::string partition;
  Transaction transaction;
  std::move_only_function<void(Result<>)> done;
};

class RocksdbStore final : public Store {
 public:
  RocksdbStore(std::unique_ptr<rocksdb::DB> db, base::ThreadPool& pool) : db_(std::move(db)), pool_(pool), thread_([this] { run(); }) {}

  ~RocksdbStore() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  std::optional<std::optional<std::string>> try_get(std::string_view partition, std::string_view key) const override {
    rocksdb::ReadOptions options;
    options.read_tier = rocksdb::kBlockCacheTier;
    rocksdb::PinnableSlice value;
    auto status = db_->Get(options, db_->DefaultColumnFamily(), stored_key(partition, key), &value);
    if (status.ok()) return std::optional(std::string(view(value)));
    if (status.IsNotFound()) return std::optional<std::string>();
    return std::nullopt;  // the disk has to be asked, or to say what is wrong
  }

  std::unique_ptr<Reader> reader(std::string_view partition) const override { return std::make_unique<SnapshotReader>(*db_, partition); }

  Task<Result<>> commit(std::string_view partition, Transaction transaction) override {
    co_return co_await base::suspend<Result<>>([&](auto resume) {
      enqueue({std::string(partition), std::move(transaction), std::move(resume)});
    });
  }

  Result<> commit_blocking(std::string_view partition, Transaction transaction) override {
    std::mutex mutex;
    std::condition_variable ready;
    std::optional<Result<>> outcome;
    enqueue({std::string(partition), std::move(transaction), [&](Result<> result) {
               std::lock_guard lock(mutex);
               outcome = std::move(result);
               ready.notify_one();
             }});
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return outcome.has_value(); });
    return *std::move(outcome);
  }

  Result<std::vector<std::string>> partitions() const override {
    std::vector<std::string> names;
    DatabaseIterator iterator(db_->NewIterator({}));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Seek(end_of(names.back()))) {
      auto key = view(iterator->key());
      size_t size = static_cast<size_t>(static_cast<unsigned char>(key[0])) << 8 | static_cast<unsigned char>(key[1]);
      names.emplace_back(key.substr(2, size));
    }
    if (!iterator->status().ok()) return std::unexpected(error_of(iterator->status()));
    std::ranges::sort(names);
    return names;
  }

  Result<> drop(std::string_view partition) override {
    rocksdb::WriteOptions options;
    options.sync = true;
    auto status = db_->DeleteRange(options, db_->DefaultColumnFamily(), stored_key(partition, ""), end_of(partition));
    if (status.ok()) return {};
    return std::unexpected(error_of(status));
  }

  std::vector<std::string> verify() const override {
    std::vector<std::string> wrong;
    if (auto status = db_->VerifyChecksum(); !status.ok()) wrong.push_back(error_of(status).what);
    DatabaseIterator iterator(db_->NewIterator({}));
    for (iterator->SeekToFirst(); iterator->Valid();) iterator->Next();
    if (!iterator->status().ok()) wrong.push_back(error_of(iterator->status()).what);
    return wrong;
  }

  base::ThreadPool& pool() const override { return pool_; }

 private:
  void enqueue(Queued queued) {
    {
      std::lock_guard lock(mutex_);
      queue_.push_back(std::move(queued));
    }
    wake_.notify_one();
  }

  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::vector<Queued> group;
      while (!queue_.empty() && group.size() < group_limit) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      lock.unlock();
      write_group(group);
    }
  }

  // Runs the transactions one after another, then makes all that succeeded durable with one sync. What a transaction
  // decided on the ground of another's writes fails with it, since both are in one batch.
  void write_group(std::vector<Queued>& group) {
    rocksdb::WriteBatchWithIndex batch(rocksdb::BytewiseComparator(), 0, true);
    std::vector<Result<>> outcomes;
    for (auto& queued : group) {
      PendingBatch pending(queued.partition);
      outcomes.push_back(queued.transaction(GroupReader(*db_, batch, queued.partition), pending));
      if (outcomes.back()) pending.add_to(batch);
    }
    auto written = write(*batch.GetWriteBatch());
    for (size_t i = 0; i < group.size(); i++) group[i].done(outcomes[i] && !written ? written : std::move(outcomes[i]));
  }

  Result<> write(rocksdb::WriteBatch& batch) {
    if (!batch.Count()) return {};
    rocksdb::WriteOptions options;
    options.sync = true;
    auto status = db_->Write(options, &batch);
    if (status.ok()) return {};
    base::log::error("cannot write metadata", {{"error", status.ToString()}});
    db_->Resume().PermitUncheckedError();  // so that the next one finds the database open, if the disk has room again
    return std::unexpected(error_of(status));
  }

  std::unique_ptr<rocksdb::DB> db_;
  base::ThreadPool& pool_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

rocksdb::Options database_options(const RocksdbOptions& given) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = given.write_buffer_bytes;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.max_total_wal_size = 4 * given.write_buffer_bytes;
  options.keep_log_file_num = 4;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;  // a torn tail was never acknowledged
  options.enable_blob_files = true;
  options.min_blob_size = value_in_blob_file_bytes;
  options.enable_blob_garbage_collection = true;
  options.paranoid_checks = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(given.cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  options.blob_cache = table.block_cache;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb_store(RocksdbOptions options) {
  rocksdb::DB* db = nullptr;
  auto status = rocksdb::DB::Open(database_options(options), options.folder.string(), &db);
  if (status.ok()) return std::make_unique<RocksdbStore>(std::unique_ptr<rocksdb::DB>(db), *options.pool);
  bool locked = status.ToString().find("lock") != std::string::npos;
  auto error = error_of(status);
  return base::fail(locked ? Errc::unavailable : error.kind, "cannot open " + options.folder.string() + ": " + error.what);
}

}  // namespace meta
