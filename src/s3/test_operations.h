#pragma once
// Runs single operations on stores that a test watches, and disturbs at a moment of its choice.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/testing/run_task.h"
#include "blob/memory_store.h"
#include "meta/memory_store.h"
#include "s3/collector.h"
#include "s3/keyspace.h"
#include "s3/operations.h"
#include "s3/test_support.h"
#include "s3/transaction.h"

namespace s3::test {

// A store in memory that counts what cursors do and can be told to do something before a commit.
class WatchedMeta final : public meta::Store {
 public:
  explicit WatchedMeta(base::ThreadPool& pool) : inner_(meta::make_memory_store(pool)) {}

  // Once, before the next `commit`.
  void before_commit(std::function<void()> what) { before_commit_ = std::move(what); }
  // How often a cursor was moved, but for those of `uncounted`.
  size_t steps() const { return steps_; }
  meta::Store& uncounted() { return *inner_; }

  std::optional<std::optional<std::string>> try_get(std::string_view partition, std::string_view key) const override { return inner_->try_get(partition, key); }
  std::unique_ptr<meta::Reader> reader(std::string_view partition) const override {
    return std::make_unique<CountingReader>(inner_->reader(partition), steps_);
  }
  Task<base::Result<>> commit(std::string_view partition, meta::Transaction transaction) override {
    if (auto what = std::exchange(before_commit_, nullptr)) what();
    co_return co_await inner_->commit(partition, std::move(transaction));
  }
  base::Result<> commit_blocking(std::string_view partition, meta::Transaction transaction) override {
    return inner_->commit_blocking(partition, std::move(transaction));
  }
  base::Result<std::vector<std::string>> partitions() const override { return inner_->partitions(); }
  base::Result<> drop(std::string_view partition) override { return inner_->drop(partition); }
  std::vector<std::string> verify() const override { return inner_->verify(); }
  base::ThreadPool& pool() const override { return inner_->pool(); }

 private:
  class CountingCursor final : public meta::Cursor {
   public:
    CountingCursor(std::unique_ptr<meta::Cursor> inner, std::atomic<size_t>& steps) : inner_(std::move(inner)), steps_(steps) {}
    void seek(std::string_view key) override { steps_++, inner_->seek(key); }
    void next() override { steps_++, inner_->next(); }
    bool valid() const override { return inner_->valid(); }
    std::string_view key() const override { return inner_->key(); }
    std::string_view value() const override { return inner_->value(); }
    base::Result<> status() const override { return inner_->status(); }

   private:
    std::unique_ptr<meta::Cursor> inner_;
    std::atomic<size_t>& steps_;
  };
  class CountingReader final : public meta::Reader {
   public:
    CountingReader(std::unique_ptr<meta::Reader> inner, std::atomic<size_t>& steps) : inner_(std::move(inner)), steps_(steps) {}
    base::Result<std::optional<std::string>> get(std::string_view key) const override { return inner_->get(key); }
    std::unique_ptr<meta::Cursor> cursor() const override { return std::make_unique<CountingCursor>(inner_->cursor(), steps_); }

   private:
    std::unique_ptr<meta::Reader> inner_;
    std::atomic<size_t>& steps_;
  };

  std::unique_ptr<meta::Store> inner_;
  mutable std::atomic<size_t> steps_ = 0;
  std::function<void()> before_commit_;
};

// A store in memory that can be told to do something before a blob is opened.
class WatchedBlobs final : public blob::Store {
 public:
  // Before the `number`-th opening from now on.
  void before_open(int number, std::function<void()> what) {
    until_then_ = number;
    before_open_ = std::move(what);
  }

  base::Result<std::unique_ptr<blob::Writer>> create(std::string_view owner) override { return inner_->create(owner); }
  base::Result<> settle(const blob::BlobId& id) override { return inner_->settle(id); }
  base::Result<std::unique_ptr<blob::Reader>> open(const blob::BlobId& id) const override {
    if (before_open_ && --until_then_ == 0) std::exchange(before_open_, nullptr)();
    return inner_->open(id);
  }
  base::Result<> erase(const blob::BlobId& id) override { return inner_->erase(id); }
  base::Result<> recover(const std::function<base::Result<bool>(const blob::Pending&)>& is_wanted) override { return inner_->recover(is_wanted); }
  base::Result<> for_each(const std::function<void(const blob::BlobId&)>& visit) const override { return inner_->for_each(visit); }
  uint64_t free_bytes() const override { return 1ull << 40; }

 private:
  std::unique_ptr<blob::Store> inner_ = blob::make_memory_store();
  mutable int until_then_ = 0;
  mutable std::function<void()> before_open_;
};

// Counts how often a client would have been told to wait.
struct CountingAnswer final : aws::LongAnswer {
  int count = 0;
  Task<> keep_waiting() override { return count++, nothing(); }
  static Task<> nothing() { co_return; }
};

// One bucket, "b", and whom it belongs to.
class OperationTest : public testing::Test {
 protected:
  OperationTest() {
    accounts_.add('a', "alice");
    put_in(bucket_directory, "b", encode(BucketRecord{.id = bucket_id_, .name = "b", .acl = private_acl(owner_)}));
    EXPECT_TRUE(state_.buckets.load());
    state_.collector = std::make_unique<Collector>(meta_.uncounted(), blobs_, state_.leases, clock_, std::chrono::milliseconds(5));
  }

  // What the operation of that name answers to the bucket's owner.
  aws::Result<aws::Response> run(std::string_view operation, std::string key, std::string_view query, std::string document = {},
                                 http::testing::Headers headers = {}) {
    FakeExchange exchange("GET", "/", headers);
    aws::Call call{exchange, clock_.now(), "request", "host"};
    call.bucket = "b";
    call.key = std::move(key);
    call.query = codec::Query::parse(query).value();
    call.document = std::move(document);
    call.long_answer = &long_answer_;
    call.identity = std::make_shared<const aws::Caller>(aws::Caller{"1", owner_, "alice", ""});
    for (auto table : operation_tables())
      for (auto& row : table)
        if (row.name == operation) return base::testing::run_task(row.run(state_, call));
    ADD_FAILURE() << operation;
    return aws::fail(aws::ErrorCode::internal_error);
  }

  void change(meta::Transaction transaction) { ASSERT_TRUE(meta_.commit_blocking(partition_, std::move(transaction))); }
  void put_in(std::string_view partition, std::string key, std::string value) {
    ASSERT_TRUE(meta_.commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
      batch.put(key, value);
      return {};
    }));
  }
  void put(std::string key, std::string value) { put_in(partition_, std::move(key), std::move(value)); }
  std::optional<std::string> get(const std::string& key) { return meta_.reader(partition_)->get(key).value(); }

  std::string add_blob(std::string_view bytes) {
    auto writer = blobs_.create("test").value();
    EXPECT_TRUE(writer->write(bytes));
    EXPECT_TRUE(writer->finish());
    EXPECT_TRUE(blobs_.settle(writer->id()));
    return writer->id().text();
  }
  // Nothing where there is no such blob.
  std::optional<std::string> bytes_of(const std::string& blob) {
    auto reader = blobs_.open(*blob::BlobId::parse(blob));
    if (!reader) return std::nullopt;
    std::string bytes((*reader)->size_bytes(), '\0');
    EXPECT_TRUE((*reader)->read(0, bytes));
    return bytes;
  }
  std::optional<ObjectRecord> object(std::string_view key) { return current_object(*meta_.reader(partition_), key).value(); }

  // Returns when the collector has looked at all that was garbage before.
  void collect() {
    std::string last(32, 'f');
    put(garbage_key(last), "");
    state_.collector->wake(partition_);
    while (get(garbage_key(last))) std::this_thread::yield();
  }

  const std::string owner_ = std::string(64, 'a'), bucket_id_ = "0123456789abcdef", partition_ = partition_of(bucket_id_);
  base::ThreadPool pool_{"test", 1};
  base::SystemClock clock_;
  FakeAccounts accounts_;
  WatchedMeta meta_{pool_};
  WatchedBlobs blobs_;
  CountingAnswer long_answer_;
  State state_{Parts{meta_, blobs_, accounts_, pool_, clock_, {}}};
};

}  // namespace s3::test
