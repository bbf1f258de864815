#include "meta/rocksdb_store.h"

#include <pthread.h>
#include <rocksdb/db.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "base/file_system.h"
#include "meta/rocksdb_files.h"
#include "meta/rocksdb_group.h"
#include "meta/rocksdb_log.h"
#include "meta/rocksdb_options.h"
#include "meta/rocksdb_upkeep.h"

namespace meta {

using base::Errc;

namespace {

constexpr size_t group_limit_bytes = 4 << 20;  // of writes that share a sync

struct Queued {
  std::string_view partition;  // the committer waits, so it stays
  Transaction& transaction;
  std::move_only_function<void(Result<>)> done;
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

  std::unique_ptr<Reader> reader(std::string_view partition) const override { return read_snapshot(*db_, partition); }

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
  // RocksDB would note what it misses, and make a new database at the second try.
  if (options.must_exist && !std::filesystem::exists(options.folder / "CURRENT"))
    return base::fail(Errc::corrupt, "the metadata in " + options.folder.string() + " are missing or incomplete (there is no file CURRENT); nothing was changed: restore them from a backup");
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
