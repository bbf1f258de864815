#include "s3/collector.h"

#include <gtest/gtest.h>

#include <set>

#include "meta/memory_store.h"
#include "s3/keyspace.h"
#include "s3/record.h"

namespace s3 {
namespace {

// Knows only what was erased, and fails where it is told to.
class FakeBlobs final : public blob::Store {
 public:
  base::Result<> erase(const blob::BlobId& id) override {
    std::lock_guard lock(mutex_);
    if (failing_.contains(id.text())) return base::fail(base::Errc::io, "not now");
    erased_.insert(id.text());
    return {};
  }
  void fail(const std::string& id) {
    std::lock_guard lock(mutex_);
    failing_.insert(id);
  }
  void heal() {
    std::lock_guard lock(mutex_);
    failing_.clear();
  }
  bool erased(const std::string& id) {
    std::lock_guard lock(mutex_);
    return erased_.contains(id);
  }

  base::Result<std::unique_ptr<blob::Writer>> create(std::string_view) override { return refused(); }
  base::Result<> settle(const blob::BlobId&) override { return refused(); }
  base::Result<std::unique_ptr<blob::Reader>> open(const blob::BlobId&) const override { return refused(); }
  base::Result<> recover(const std::function<base::Result<bool>(const blob::Pending&)>&) override { return refused(); }
  base::Result<> for_each(const std::function<void(const blob::BlobId&)>&) const override { return refused(); }
  uint64_t free_bytes() const override { return 0; }

 private:
  static std::unexpected<base::Error> refused() { return base::fail(base::Errc::unavailable, "not in tests"); }
  std::mutex mutex_;
  std::set<std::string> failing_, erased_;
};

class CollectorTest : public testing::Test {
 protected:
  void put(const std::string& partition, const std::string& key, const std::string& value = {}) {
    ASSERT_TRUE(meta_->commit_blocking(partition, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
      batch.put(key, value);
      return {};
    }));
  }
  bool has(const std::string& partition, const std::string& key) { return meta_->reader(partition)->get(key).value().has_value(); }
  static std::string blob(char digit) { return std::string(32, digit); }
  void start() { collector_.emplace(*meta_, blobs_, leases_, clock_, std::chrono::milliseconds(5)); }

  template <class Condition>
  static bool comes(Condition condition) {
    for (int i = 0; i < 2000 && !condition(); i++) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return condition();
  }
  bool is_erased(const std::string& partition, char digit) {
    return comes([&] { return blobs_.erased(blob(digit)) && !has(partition, garbage_key(blob(digit))); });
  }

  base::ThreadPool pool_{"test", 1};
  base::SystemClock clock_;
  std::unique_ptr<meta::Store> meta_ = meta::make_memory_store(pool_);
  FakeBlobs blobs_;
  BlobLeases leases_;
  std::optional<Collector> collector_;
  const std::string first_ = partition_of("0000000000000001"), second_ = partition_of("0000000000000002");
};

TEST_F(CollectorTest, PassesOverWhatCannotBeErasedAndTriesItAgain) {
  blobs_.fail(blob('1'));
  put(first_, garbage_key(blob('1')));
  put(first_, garbage_key(blob('2')));
  put(second_, garbage_key(blob('3')));
  start();
  EXPECT_TRUE(is_erased(first_, '2'));
  EXPECT_TRUE(is_erased(second_, '3'));
  EXPECT_TRUE(has(first_, garbage_key(blob('1'))));
  blobs_.heal();
  EXPECT_TRUE(is_erased(first_, '1'));
}

TEST_F(CollectorTest, FailuresDoNotHoldUpTheSweep) {
  blobs_.fail(blob('1'));
  put(first_, garbage_key(blob('1')));
  auto key = upload_key("k", std::string(upload_id_digits, '5'));
  UploadRecord upload{.id = std::string(upload_id_digits, '5'), .key = "k", .target = {.id = std::string(32, '6'), .acl = private_acl(std::string(64, 'a'))}, .completed_etag = "etag-1"};
  put(second_, key, encode(upload));
  start();
  EXPECT_TRUE(comes([&] { return !has(second_, key); }));
}

TEST_F(CollectorTest, LeasedBlobsStayUntilTheLeaseEnds) {
  {
    auto lease = leases_.take({blob('1')});
    auto second = leases_.take({blob('1'), blob('2')});
    put(first_, garbage_key(blob('1')));
    put(first_, garbage_key(blob('3')));
    start();
    EXPECT_TRUE(is_erased(first_, '3'));
    second = {};
    put(first_, garbage_key(blob('2')));
    collector_->wake(first_);
    EXPECT_TRUE(is_erased(first_, '2'));
    EXPECT_FALSE(blobs_.erased(blob('1')));
    EXPECT_TRUE(has(first_, garbage_key(blob('1'))));
  }
  EXPECT_TRUE(is_erased(first_, '1'));
}

// More than a batch of them.
TEST_F(CollectorTest, DropsTheUploadsOfDeletedBuckets) {
  auto upload_id = std::string(upload_id_digits, '5');
  auto upload = upload_key("k", upload_id);
  auto fill = [&](const std::string& partition, char digit) {
    put(partition, upload, encode(UploadRecord{.id = upload_id, .key = "k"}));
    for (uint32_t number = 1; number <= 1500; number++)
      put(partition, part_key(upload_id, number), encode(PartRecord{.number = number, .blob = number == 1500 ? blob(digit) : ""}));
  };
  fill(first_, '1');
  fill(second_, '2');
  put(second_, std::string(closed_key));
  start();
  EXPECT_TRUE(is_erased(second_, '2'));
  EXPECT_FALSE(has(second_, part_key(upload_id, 1)));
  EXPECT_TRUE(comes([&] { return !has(second_, upload); }));
  EXPECT_TRUE(has(second_, std::string(closed_key)));
  EXPECT_TRUE(has(first_, upload));
  EXPECT_TRUE(has(first_, part_key(upload_id, 1500)));
  EXPECT_FALSE(blobs_.erased(blob('1')));
}

}  // namespace
}  // namespace s3
