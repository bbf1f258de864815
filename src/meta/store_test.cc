// What every engine promises, against each of them.
#include "meta/store.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/random.h"
#include "meta/memory_store.h"
#include "meta/rocksdb_store.h"

namespace meta {
namespace {

class StoreTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override { open(); }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open() {
    if (!GetParam()) {
      store_ = make_memory_store(pool_);
      return;
    }
    auto opened = open_rocksdb_store({.folder = folder_, .pool = &pool_});
    ASSERT_TRUE(opened) << opened.error().what;
    store_ = std::move(*opened);
  }
  Result<> put(std::string_view partition, std::string key, std::string value) {
    return store_->commit_blocking(partition, [&](const Reader&, Batch& batch) -> Result<> {
      batch.put(key, value);
      return {};
    });
  }
  std::string keys(std::string_view partition, std::string_view from = "") {
    std::string out;
    auto reader = store_->reader(partition);
    auto cursor = reader->cursor();
    for (cursor->seek(from); cursor->valid(); cursor->next()) out += std::string(cursor->key()) + "=" + std::string(cursor->value()) + " ";
    return out;
  }

  base::ThreadPool pool_{"test", 2};
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("cumulet-meta-" + base::random_hex(16));
  std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, KeepsPartitionsApartAndKeysInOrder) {
  for (auto key : {"b", "a", "\xff", ""}) ASSERT_TRUE(put("p", key, "1"));
  ASSERT_TRUE(put("pq", "z", "2"));
  ASSERT_TRUE(put("o", "y", "3"));
  EXPECT_EQ(keys("p"), "=1 a=1 b=1 \xff=1 ");
  EXPECT_EQ(keys("p", "aa"), "b=1 \xff=1 ");
  EXPECT_EQ(store_->partitions().value(), (std::vector<std::string>{"o", "p", "pq"}));
  ASSERT_TRUE(store_->drop("p"));
  EXPECT_EQ(keys("p"), "");
  EXPECT_EQ(keys("pq"), "z=2 ");
}

TEST_P(StoreTest, WritesNothingOfAGivenUpTransaction) {
  auto done = store_->commit_blocking("p", [](const Reader&, Batch& batch) -> Result<> {
    batch.put("a", "1");
    return base::fail(base::Errc::conflict, "no");
  });
  EXPECT_EQ(done.error().kind, base::Errc::conflict);
  EXPECT_EQ(keys("p"), "");
}

TEST_P(StoreTest, AReaderSeesOneMoment) {
  ASSERT_TRUE(put("p", "a", "1"));
  auto reader = store_->reader("p");
  ASSERT_TRUE(put("p", "a", "2"));
  EXPECT_EQ(reader->get("a").value(), "1");
  EXPECT_EQ(store_->try_get("p", "a").value(), "2");
  EXPECT_EQ(store_->reader("p")->get("b").value(), std::nullopt);
}

TEST_P(StoreTest, HasOneWinnerAndLosesNoIncrement) {
  std::atomic<int> winners = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; t++)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; i++) {
        auto added = store_->commit_blocking("p", [](const Reader& before, Batch& batch) -> Result<> {
          TRY(count, before.get("count"));
          batch.put("count", std::to_string(count ? std::stoi(*count) + 1 : 1));
          auto cursor = before.cursor();
          cursor->seek("count");
          bool same = cursor->valid() == count.has_value() && (!count || cursor->value() == *count);
          return same ? Result<>() : base::fail(base::Errc::corrupt, "a cursor differs from a get");
        });
        EXPECT_TRUE(added);
      }
      winners += store_->commit_blocking("p", [](const Reader& before, Batch& batch) -> Result<> {
        TRY(there, before.get("lock"));
        if (there) return base::fail(base::Errc::exists, "lock");
        batch.put("lock", "");
        return {};
      }).has_value();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(store_->reader("p")->get("count").value(), "320");
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreTest, testing::Values(false, true), [](auto& info) { return info.param ? "rocksdb" : "memory"; });

}  // namespace
}  // namespace meta
