#include "meta/rocksdb_store.h"

#include <pthread.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "base/file_system.h"
#include "base/log.h"
#include "meta/rocksdb_files.h"
#include "meta/rocksdb_options.h"
#include "meta/rocksdb_upkeep.h"
#include "meta/watermark.h"

namespace meta {

using base::Errc;

namespace {

constexpr size_t group_limit_bytes = 4 << 20;  // of writes that share a sync
constexpr std::chrono::seconds repair_pause{1};

base::Error error_of(const rocksdb::Status& status) {
  auto kind = status.IsNoSpace() ? Errc::no_space : status.IsCorruption() ? Errc::corrupt : Errc::io;
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

// The partition that a stored key belongs to.
std::string_view partition_in(std::string_view stored) {
  size_t size = static_cast<size_t>(static_cast<unsigned char>(stored[0])) << 8 | static_cast<unsigned char>(stored[1]);
  return stored.substr(2, size);
}

// Below every partition; only ever erased, to have something to write.
const std::string unused_key(1, '\0');

std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

class RocksdbCursor final : public Cursor {
 public:
  // `above`, where there is one, hides what the database has under the same keys.
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
    return std::make_unique<RocksdbCursor>(db_, partition_, snapshot_, nullptr);
  }

 private:
  rocksdb::DB& db_;
  std::string partition_;
  const rocksdb::Snapshot* snapshot_;
};

// What the transactions of one group wrote so far, and what the running one writes.
class Group {
 public:
  explicit Group(rocksdb::DB& db) : db_(db) {}
  rocksdb::DB& db() const { return db_; }
  size_t size_bytes() const { return size_bytes_; }

  // The running transaction's writes; invisible until `accept`.
  void put(std::string key, std::string_view value) { running_.emplace_back(std::move(key), value); }
  void erase(std::string key) { running_.emplace_back(std::move(key), std::nullopt); }

  void accept() {
    for (auto& [key, value] : running_) {
      size_bytes_ += key.size() + (value ? value->size() : 0);
      written_.insert_or_assign(std::move(key), std::move(value));
    }
    running_.clear();
  }
  void reject() { running_.clear(); }

  Result<std::optional<std::string>> get(const std::string& key) const {
    if (auto written = written_.find(key); written != written_.end()) return written->second;
    std::string value;
    auto status = db_.Get({}, key, &value);
    return found(status, std::move(value));
  }

  // What was accepted, in the order of keys: the memtable takes neighbours at a fraction of what keys in any order cost.
  rocksdb::WriteBatch batch() const {
    static constexpr size_t header = 12, most_of_an_entry = 16;  // beside the key and the value
    rocksdb::WriteBatch batch(header + size_bytes_ + written_.size() * most_of_an_entry);
    write_to(batch);
    return batch;
  }

  // What earlier transactions wrote, to be read in order; nothing if they wrote nothing.
  std::unique_ptr<rocksdb::WriteBatchWithIndex> sorted() const {
    if (written_.empty()) return nullptr;
    auto sorted = std::make_unique<rocksdb::WriteBatchWithIndex>(rocksdb::BytewiseComparator(), 0, true);
    write_to(*sorted);
    return sorted;
  }

 private:
  using Written = std::optional<std::string>;  // nothing: erased

  void write_to(rocksdb::WriteBatchBase& batch) const {
    for (auto& [key, value] : written_) {
      auto status = value ? batch.Put(key, *value) : batch.Delete(key);
      status.PermitUncheckedError();
    }
  }

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
  std::unique_ptr<Cursor> cursor() const override { return std::make_unique<RocksdbCursor>(group_.db(), partition_, nullptr, group_.sorted()); }

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

struct Queued {
  std::string_view partition;  // the committer waits, so it stays
  Transaction& transaction;
  std::move_only_function<void(Result<>)> done;
};

// The writing end: puts groups on the disk, and finds its way back after the disk failed.
class Log {
 public:
  Log(rocksdb::DB& db, Watermark watermark) : db_(db), watermark_(std::move(watermark)) {}

  // Returns when the batch would survive a power cut.
  Result<> write(rocksdb::WriteBatch& batch) {
    if (!batch.Count()) return {};
    std::lock_guard lock(mutex_);
    if (broken_) return std::unexpected(*failure_);
    return attempt(batch);
  }

 private:
  // RocksDB is not made for exceptions: after one that comes out of a write, another write may wait for ever. So there is none until
  // the next start. What was acknowledged is in the log, and can be read.
  Result<> attempt(rocksdb::WriteBatch& batch) try {
    if (failure_ && !repair()) return std::unexpected(*failure_);
    rocksdb::WriteOptions options;
    options.sync = true;
    auto status = touch();
    if (status.ok()) status = db_.Write(options, &batch);
    if (!status.ok()) return fail(status);
    watermark_.acknowledge(db_.GetLatestSequenceNumber());
    return {};
  } catch (...) {
    broken_ = true;
    failure_ = base::error_of_exception("RocksDB");
    base::log::error("metadata cannot be written any more; restart the server");
    return std::unexpected(*failure_);
  }

  Result<> fail(const rocksdb::Status& status) {
    failure_ = error_of(status);
    base::log::error("cannot write metadata", {{"error", failure_->what}});
    auto answer = *failure_;
    repair();
    return std::unexpected(std::move(answer));
  }

  // A failed write may lie in the log, even whole, and would come back at the next start. So the log is ended: once what was
  // acknowledged is in a table, nobody reads that log again. Where this fails too, the store refuses writes and tries again
  // later; only a crash before it succeeded can bring the failed write back.
  bool repair() {
    auto now = std::chrono::steady_clock::now();
    if (now - last_repair_ < repair_pause) return false;
    last_repair_ = now;
    if (!end_log()) return false;
    base::log::info("metadata can be written again");
    failure_.reset();
    return true;
  }

  // RocksDB ends a log whose file has failed only while it resumes, and only if there is something to put into a table. Where the
  // first write after a table was begun is the one that fails, there would be nothing, and the database could never be written
  // again. So something is there before each write; it begins the next table too, if it is time for that.
  rocksdb::Status touch() {
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    return db_.Delete(unlogged, unused_key);
  }

  bool end_log() {
    auto status = db_.Resume();
    if (status.ok()) status = touch();
    if (status.ok()) status = db_.Flush({});
    if (!status.ok()) base::log::warning("metadata cannot be written yet", {{"error", status.ToString()}});
    return status.ok();
  }

  rocksdb::DB& db_;
  std::mutex mutex_;
  Watermark watermark_;
  std::optional<base::Error> failure_;
  bool broken_ = false;  // for good; then there is a failure
  std::chrono::steady_clock::time_point last_repair_;
};

class RocksdbStore final : public Store {
 public:
  RocksdbStore(std::unique_ptr<rocksdb::Env> env, std::unique_ptr<rocksdb::DB> db, Watermark watermark, base::ThreadPool& pool)
      : env_(std::move(env)), db_(std::move(db)), log_(*db_, std::move(watermark)), pool_(pool), upkeep_(*db_), thread_([this] { run(); }) {
    pthread_setname_np(thread_.native_handle(), "meta-commit");
  }

  ~RocksdbStore() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  std::optional<std::optional<std::string>> try_get(std::string_view partition, std::string_view key) const override {
    NoDiskWait no_wait;
    rocksdb::PinnableSlice value;
    auto status = db_->Get({}, db_->DefaultColumnFamily(), stored_key(partition, key), &value);
    if (status.ok()) return std::optional(std::string(view(value)));
    if (status.IsNotFound()) return std::optional<std::string>();
    return std::nullopt;  // the disk has to be asked, or to say what is wrong
  }

  std::unique_ptr<Reader> reader(std::string_view partition) const override { return std::make_unique<SnapshotReader>(*db_, partition); }

  Task<Result<>> commit(std::string_view partition, Transaction transaction) override {
    co_return co_await base::suspend<Result<>>([&](auto resume) { enqueue({partition, transaction, std::move(resume)}); });
  }

  Result<> commit_blocking(std::string_view partition, Transaction transaction) override {
    std::promise<Result<>> promise;
    auto outcome = promise.get_future();
    enqueue({partition, transaction, [promise = std::move(promise)](Result<> result) mutable { promise.set_value(std::move(result)); }});
    return outcome.get();
  }

  Result<std::vector<std::string>> partitions() const override {
    std::vector<std::string> names;
    std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator({}));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Seek(end_of(names.back()))) names.emplace_back(partition_in(view(iterator->key())));
    if (!iterator->status().ok()) return std::unexpected(error_of(iterator->status()));
    std::ranges::sort(names);
    return names;
  }

  Result<> drop(std::string_view partition) override {
    rocksdb::WriteBatch batch;
    auto status = batch.DeleteRange(db_->DefaultColumnFamily(), stored_key(partition, ""), end_of(partition));
    if (!status.ok()) return std::unexpected(error_of(status));
    return log_.write(batch);
  }

  std::vector<std::string> verify() const override {
    std::vector<std::string> wrong;
    if (auto status = db_->VerifyChecksum(); !status.ok()) wrong.push_back(error_of(status).what);
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(options));
    for (iterator->SeekToFirst(); iterator->Valid();) iterator->Next();
    if (!iterator->status().ok()) wrong.push_back(error_of(iterator->status()).what);
    return wrong;
  }

  base::ThreadPool& pool() const override { return pool_; }

 private:
  void enqueue(Queued queued) {
    bool first;
    {
      std::lock_guard lock(mutex_);
      first = queue_.empty();
      queue_.push_back(std::move(queued));
    }
    if (first) wake_.notify_one();
  }

  void run() {
    std::vector<Queued> group;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        std::swap(group, queue_);
      }
      for (std::span rest(group); !rest.empty();) rest = rest.subspan(commit_some(rest));
      group.clear();
    }
  }

  // Runs a group and answers its transactions. Returns how many it took: one at least, which failed if there was no memory to run it.
  size_t commit_some(std::span<Queued> queued) {
    std::vector<Result<>> outcomes;
    auto written = run_group(queued, outcomes);
    if (outcomes.empty()) return queued.front().done(std::move(written)), 1;
    for (size_t i = 0; i < outcomes.size(); i++) queued[i].done(outcomes[i] && !written ? written : std::move(outcomes[i]));
    return outcomes.size();
  }

  // Runs the transactions one after another, then makes all that succeeded durable with one sync. What a transaction
  // decided on the ground of another's writes fails with it, since both are in one batch.
  Result<> run_group(std::span<Queued> queued, std::vector<Result<>>& outcomes) try {
    Group group(*db_);
    while (outcomes.size() < queued.size() && group.size_bytes() < group_limit_bytes) {
      auto& next = queued[outcomes.size()];
      outcomes.emplace_back();
      outcomes.back() = run_one(group, next);
    }
    auto batch = group.batch();
    return log_.write(batch);
  } catch (...) {
    return std::unexpected(base::error_of_exception("a group of transactions"));
  }

  static Result<> run_one(Group& group, Queued& queued) {
    GroupReader before(group, queued.partition);
    GroupBatch batch(group, queued.partition);
    auto outcome = run_caught(queued.transaction, before, batch);
    outcome ? group.accept() : group.reject();
    return outcome;
  }

  static Result<> run_caught(Transaction& transaction, const Reader& before, Batch& batch) try {
    return transaction(before, batch);
  } catch (...) {
    return std::unexpected(base::error_of_exception("a transaction"));
  }

  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  Log log_;
  base::ThreadPool& pool_;
  RocksdbUpkeep upkeep_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Queued> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

Result<std::unique_ptr<rocksdb::DB>> open_database(const RocksdbOptions& options, rocksdb::Env& env) {
  TRY_VOID(base::posix_file_system().make_folders(options.folder));
  rocksdb::DB* db = nullptr;
  auto status = rocksdb::DB::Open(database_options(options, env), options.folder.string(), &db);
  if (status.ok()) return std::unique_ptr<rocksdb::DB>(db);
  bool locked = status.ToString().find("lock") != std::string::npos;
  auto error = error_of(status);
  return base::fail(locked ? Errc::unavailable : error.kind, "cannot open " + options.folder.string() + ": " + error.what);
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb_store(RocksdbOptions options) {
  if (!checksums_are_sound()) return base::fail(Errc::corrupt, "this machine computes CRC32C wrongly");
  auto env = make_rocksdb_env();
  TRY(db, open_database(options, *env));
  TRY(watermark, Watermark::open(options.folder / "acknowledged", db->GetLatestSequenceNumber()));
  return std::make_unique<RocksdbStore>(std::move(env), std::move(db), std::move(watermark), *options.pool);
}

}  // namespace meta
