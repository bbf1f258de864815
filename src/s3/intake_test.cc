// An upload that ends badly: its leftovers are dealt with, and not on the network thread.
#include "s3/intake.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/testing/run_task.h"
#include "meta/memory_store.h"
#include "s3/collector.h"
#include "s3/test_support.h"

namespace s3 {
namespace {

using base::testing::run_task;

// Opened once, by another thread than the one that waits.
class Gate {
 public:
  void open() {
    {
      std::lock_guard lock(mutex_);
      open_ = true;
    }
    opened_.notify_all();
  }
  // False if nobody opens it.
  bool pass() {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, std::chrono::seconds(10), [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// What becomes of the one blob that is written, and where.
struct Witness {
  Gate gate;  // each write waits for it
  bool all_writes_passed = true, gone = false, finishes = true;
  std::thread::id ended_by;
};

class SlowWriter final : public blob::Writer {
 public:
  explicit SlowWriter(Witness& witness) : witness_(witness) {}
  ~SlowWriter() override {
    witness_.ended_by = std::this_thread::get_id();
    witness_.gone = true;
  }
  const blob::BlobId& id() const override { return id_; }
  base::Result<> write(std::span<const char>) override {
    if (!witness_.gate.pass()) witness_.all_writes_passed = false;
    return {};
  }
  base::Result<> finish() override {
    if (witness_.finishes) return {};
    return base::fail(base::Errc::io, "the disk is broken");
  }

 private:
  Witness& witness_;
  blob::BlobId id_ = blob::BlobId::random();
};

class SlowBlobs final : public blob::Store {
 public:
  explicit SlowBlobs(Witness& witness) : witness_(witness) {}
  base::Result<std::unique_ptr<blob::Writer>> create(std::string_view) override { return std::make_unique<SlowWriter>(witness_); }
  base::Result<> settle(const blob::BlobId&) override { return refused(); }
  base::Result<std::unique_ptr<blob::Reader>> open(const blob::BlobId&) const override { return refused(); }
  base::Result<> erase(const blob::BlobId&) override { return refused(); }
  base::Result<> recover(const std::function<base::Result<bool>(const blob::Pending&)>&) override { return refused(); }
  base::Result<> for_each(const std::function<void(const blob::BlobId&)>&) const override { return refused(); }
  uint64_t free_bytes() const override { return 1ull << 40; }

 private:
  static std::unexpected<base::Error> refused() { return base::fail(base::Errc::unavailable, "not in tests"); }
  Witness& witness_;
};

// Some bytes, and then an error or the end. Whatever else the network thread has to do comes after the last read: it opens the gate.
class ScriptedBody final : public aws::Body {
 public:
  ScriptedBody(Gate& gate, size_t bytes, std::optional<aws::ErrorCode> error) : gate_(gate), left_(bytes), error_(error) {}

  Task<aws::Result<size_t>> read(std::span<char> into) override {
    size_t count = std::min(left_, into.size());
    left_ -= count;
    if (count) co_return count;
    boost::asio::post(co_await boost::asio::this_coro::executor, [this] { gate_.open(); });
    if (error_) co_return aws::fail(*error_);
    co_return 0;
  }
  std::optional<uint64_t> length() const override { return std::nullopt; }
  const std::optional<aws::ChecksumClaim>& checksum() const override { return no_claim_; }

 private:
  Gate& gate_;
  size_t left_;
  std::optional<aws::ErrorCode> error_;
  std::optional<aws::ChecksumClaim> no_claim_;
};

class IntakeTest : public testing::Test {
 protected:
  aws::Result<TakenIn> take(size_t bytes, std::optional<aws::ErrorCode> error) {
    ScriptedBody body(witness_.gate, bytes, error);
    return run_task(take_in(state_, body, "owner", Inlining::allowed));
  }
  void expect_ended_elsewhere() {
    EXPECT_TRUE(witness_.all_writes_passed) << "the network thread waited for the write";
    EXPECT_TRUE(witness_.gone);
    EXPECT_NE(witness_.ended_by, std::this_thread::get_id());
  }

  base::ThreadPool pool_{"test", 1};
  base::SystemClock clock_;
  test::FakeAccounts accounts_;
  std::unique_ptr<meta::Store> meta_ = meta::make_memory_store(pool_);
  Witness witness_;
  SlowBlobs blobs_{witness_};
  State state_{Parts{*meta_, blobs_, accounts_, pool_, clock_, {}}};
};

TEST_F(IntakeTest, ABodyThatFailsDoesNotHoldUpTheNetworkThread) {
  EXPECT_EQ(take(700'000, aws::ErrorCode::bad_digest).error().code, aws::ErrorCode::bad_digest);
  expect_ended_elsewhere();
}

TEST_F(IntakeTest, ABodyThatFailsBeforeAnythingIsWrittenLeavesNothing) {
  EXPECT_EQ(take(100'000, aws::ErrorCode::incomplete_body).error().code, aws::ErrorCode::incomplete_body);
  expect_ended_elsewhere();
}

TEST_F(IntakeTest, ABlobThatCannotBeFinishedIsEndedOnThePool) {
  witness_.finishes = false;
  EXPECT_FALSE(take(100'000, std::nullopt));
  expect_ended_elsewhere();
}

TEST_F(IntakeTest, AWholeBodyIsTakenIn) {
  witness_.gate.open();
  auto taken = take(1'300'000, std::nullopt);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->size_bytes, 1'300'000u);
  EXPECT_FALSE(taken->blob.empty());
}

}  // namespace
}  // namespace s3
