// What only the engine that keeps its promises on a disk can show.
#include "meta/rocksdb_store.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <fstream>
#include <thread>

#include "base/random.h"
#include "meta/rocksdb_files.h"
#include "meta/rocksdb_upkeep.h"

namespace meta {
namespace {

namespace fs = std::filesystem;
using base::Errc;

class RocksdbStoreTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(reopen()); }
  void TearDown() override {
    store_.reset();
    fs::remove_all(root_);
  }
  Result<> reopen() {
    store_.reset();
    TRY(opened, open_rocksdb_store({.folder = folder_, .write_buffer_bytes = 1 << 20, .pool = &pool_}));
    store_ = std::move(opened);
    return {};
  }
  Result<> put(std::string key, std::string value, std::string_view partition = "p") {
    return store_->commit_blocking(partition, [&](const Reader&, Batch& batch) -> Result<> {
      batch.put(key, value);
      return {};
    });
  }
  std::optional<std::string> get(std::string_view key) { return store_->reader("p")->get(key).value(); }
  std::vector<fs::path> files(std::string_view extension) {
    std::vector<fs::path> out;
    for (auto& entry : fs::directory_iterator(folder_))
      if (entry.path().extension() == extension) out.push_back(entry.path());
    return out;
  }

  base::ThreadPool pool_{"test", 2};
  fs::path root_ = fs::temp_directory_path() / ("cumulet-meta-" + base::random_hex(16));
  fs::path folder_ = root_ / "below" / "meta";
  std::unique_ptr<Store> store_;
};

void flip_byte(const fs::path& name, uint64_t offset) {
  std::fstream file(name, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
}

TEST_F(RocksdbStoreTest, ATransactionThatThrowsFailsAlone) {
  auto outcome = store_->commit_blocking("p", [](const Reader&, Batch& batch) -> Result<> {
    batch.put("thrown", "1");
    throw std::bad_alloc();
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, Errc::unavailable);
  ASSERT_TRUE(put("a", "1"));
  EXPECT_EQ(get("thrown"), std::nullopt);
  EXPECT_EQ(get("a"), "1");
}

TEST_F(RocksdbStoreTest, KeepsEverythingOverManyReopenings) {
  std::string large(10'000, 'x');
  for (int i = 0; i < 5; i++) {
    ASSERT_TRUE(put("small" + std::to_string(i), "1"));
    ASSERT_TRUE(put("large" + std::to_string(i), large));
    ASSERT_TRUE(reopen());
    for (int j = 0; j <= i; j++) EXPECT_EQ(get("large" + std::to_string(j)), large);
    EXPECT_EQ(get("small" + std::to_string(i)), "1");
  }
  EXPECT_THAT(store_->verify(), testing::IsEmpty());
}

TEST_F(RocksdbStoreTest, IsOpenOnlyOnce) {
  auto second = open_rocksdb_store({.folder = folder_, .pool = &pool_});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Errc::unavailable) << second.error().what;
}

TEST_F(RocksdbStoreTest, AnswersFromMemoryAfterValuesWentToBlobFiles) {
  std::string value(4096, 'v');
  for (int i = 0; i < 1000; i++) ASSERT_TRUE(put("k" + std::to_string(i), value));
  ASSERT_FALSE(files(".blob").empty());
  int known = 0;
  for (int i = 0; i < 1000; i++) {
    ASSERT_TRUE(store_->reader("p")->get("k" + std::to_string(i)).value());  // now the operating system has it
    auto answer = store_->try_get("p", "k" + std::to_string(i));
    known += answer.has_value();
    if (answer) EXPECT_EQ(*answer, value);
  }
  auto absent = store_->try_get("p", "absent");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);
  EXPECT_GT(known, 900) << "does this file system know RWF_NOWAIT?";
}

base::Task<> race(Store& store, int& winners, int& losers) {
  auto done = co_await store.commit("p", [](const Reader& before, Batch& batch) -> Result<> {
    TRY(there, before.get("one"));
    if (there) return base::fail(Errc::exists, "lost");
    batch.put("one", "taken");
    return {};
  });
  (done ? winners : losers)++;
}

TEST_F(RocksdbStoreTest, OneOfSixtyFourTasksWins) {
  boost::asio::io_context network(1);
  int winners = 0, losers = 0;
  for (int i = 0; i < 64; i++) boost::asio::co_spawn(network, race(*store_, winners, losers), boost::asio::detached);
  network.run();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(losers, 63);
}

TEST_F(RocksdbStoreTest, CountsExactlyWithSixtyFourThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 64; t++)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; i++)
        EXPECT_TRUE(store_->commit_blocking("p", [](const Reader& before, Batch& batch) -> Result<> {
          TRY(count, before.get("count"));
          batch.put("count", std::to_string(count ? std::stoi(*count) + 1 : 1));
          return {};
        }));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(get("count"), "640");
}

TEST_F(RocksdbStoreTest, ACursorInATransactionSeesErasuresAndWritesOfItsGroup) {
  for (auto key : {"a", "b", "c"}) ASSERT_TRUE(put(key, "0"));
  boost::asio::io_context network(1);
  std::string seen;
  auto change = [](Store& store) -> base::Task<> {
    co_await store.commit("p", [](const Reader&, Batch& batch) -> Result<> { return batch.erase("b"), batch.put("d", std::string(5000, 'd')), Result<>(); });
  };
  auto look = [](Store& store, std::string& seen) -> base::Task<> {
    co_await store.commit("p", [&](const Reader& before, Batch& batch) -> Result<> {
      batch.put("own", "is not seen");
      seen.clear();
      auto cursor = before.cursor();
      for (cursor->seek(""); cursor->valid(); cursor->next()) seen += std::string(cursor->key()) + std::to_string(cursor->value().size());
      return cursor->status();
    });
  };
  // The first commit keeps the committer busy, so that the next two share a group; in whatever groups, the answer is the same.
  boost::asio::co_spawn(network, change(*store_), boost::asio::detached);
  boost::asio::co_spawn(network, change(*store_), boost::asio::detached);
  boost::asio::co_spawn(network, look(*store_, seen), boost::asio::detached);
  network.run();
  EXPECT_EQ(seen, "a1c1d5000");
}

TEST_F(RocksdbStoreTest, ATornEndOfTheLogCostsNothingAcknowledged) {
  ASSERT_TRUE(put("a", "1"));
  store_.reset();
  auto log = files(".log").at(0);
  std::ofstream(log, std::ios::app | std::ios::binary) << std::string("\x12\x34\x56\x78\x40\x00\x01 torn", 12);
  ASSERT_TRUE(reopen());
  EXPECT_EQ(get("a"), "1");
}

TEST_F(RocksdbStoreTest, NoticesThatAcknowledgedWritesAreGone) {
  for (int i = 0; i < 10; i++) ASSERT_TRUE(put("k" + std::to_string(i), std::string(500, 'v')));
  store_.reset();
  auto log = files(".log").at(0);
  flip_byte(log, fs::file_size(log) / 2);
  for (int attempt = 0; attempt < 2; attempt++) EXPECT_EQ(reopen().error().kind, Errc::corrupt);
  fs::remove(folder_ / "acknowledged");
  ASSERT_TRUE(reopen());
  EXPECT_EQ(get("k0"), std::string(500, 'v'));
}

TEST_F(RocksdbStoreTest, VerifyFindsAFlippedByteInTablesAndBlobFiles) {
  for (int i = 0; i < 600; i++) ASSERT_TRUE(put("k" + std::to_string(i), base::random_bytes(4096)));
  ASSERT_TRUE(put("small", "value"));
  store_.reset();
  ASSERT_TRUE(reopen());  // what was in the log is in a table now
  ASSERT_THAT(store_->verify(), testing::IsEmpty());
  for (auto extension : {".blob", ".sst"}) {
    store_.reset();
    auto name = files(extension).at(0);
    flip_byte(name, fs::file_size(name) / 3);
    ASSERT_TRUE(reopen());
    EXPECT_THAT(store_->verify(), testing::Not(testing::IsEmpty())) << extension;
    store_.reset();
    flip_byte(name, fs::file_size(name) / 3);
    ASSERT_TRUE(reopen());
  }
}

// No file may grow past a few KiB while one lives.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit tight{64 << 10, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(RocksdbStoreTest, GoesOnAfterTheDiskFailed) {
  ASSERT_TRUE(put("before", "1"));
  bool failed = false;
  std::string acknowledged;
  {
    FullDisk full;
    for (int i = 0; i < 40; i++) {
      auto key = "k" + std::to_string(i);
      if (put(key, base::random_bytes(8000))) acknowledged = key;
      else failed = true;
    }
    EXPECT_EQ(get("before"), "1");
  }
  ASSERT_TRUE(failed);
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!put("after", "2") && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(get("after"), "2");
  EXPECT_FALSE(get("k39"));
  ASSERT_TRUE(put("last", "3"));
  ASSERT_TRUE(reopen());
  for (auto key : {"before", "after", "last"}) EXPECT_TRUE(get(key)) << key;
  EXPECT_TRUE(get(acknowledged)) << acknowledged;
  EXPECT_FALSE(get("k39")) << "a write that failed came back";
  EXPECT_THAT(store_->verify(), testing::IsEmpty());
}

// Little more memory than is used already, while one lives.
class LittleMemory {
 public:
  explicit LittleMemory(uint64_t more) {
    getrlimit(RLIMIT_AS, &before_);
    uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit tight{pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) + more, before_.rlim_max};
    setrlimit(RLIMIT_AS, &tight);
  }
  ~LittleMemory() { setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

class LittleMemoryTest : public RocksdbStoreTest {
 protected:
  void SetUp() override {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    GTEST_SKIP() << "a sanitizer ends the program where memory is short";
#endif
    RocksdbStoreTest::SetUp();
  }
  // Commits many bytes; from when the transaction has written them there is that much more memory.
  Result<> put_many(uint64_t more_memory) {
    std::string large(many, 'x');
    std::optional<LittleMemory> little;
    return store_->commit_blocking("p", [&](const Reader&, Batch& batch) -> Result<> {
      batch.put("large", large);
      little.emplace(more_memory);
      return {};
    });
  }
  static constexpr uint64_t many = 100 << 20, few = 16 << 20;
};

TEST_F(LittleMemoryTest, NotEnoughToWriteAGroupFailsItsTransactions) {
  ASSERT_TRUE(put("before", "1"));
  EXPECT_EQ(put_many(few).error().kind, Errc::unavailable);
  EXPECT_TRUE(put("after", "2"));
  EXPECT_FALSE(get("large"));
}

TEST_F(LittleMemoryTest, WhatRocksdbThrowsEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)put_many(many + few), "metadata cannot be written");  // enough for one copy more
}

// A database that was just opened has nothing to put into a table yet.
TEST_F(RocksdbStoreTest, GoesOnAfterItsFirstWriteFailed) {
  ASSERT_TRUE(put("before", "1"));
  ASSERT_TRUE(reopen());
  {
    FullDisk full;
    EXPECT_FALSE(put("large", base::random_bytes(200'000)));
  }
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!put("after", "2") && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_TRUE(reopen());
  EXPECT_EQ(get("before"), "1");
  EXPECT_EQ(get("after"), "2");
  EXPECT_FALSE(get("large")) << "a write that failed came back";
}

TEST(RocksdbUpkeep, CollectsWhenHalfIsGarbageAndItIsMuch) {
  constexpr uint64_t gigabyte = 1 << 30;
  EXPECT_TRUE(RocksdbUpkeep::is_worth_it(gigabyte, gigabyte / 2));
  EXPECT_FALSE(RocksdbUpkeep::is_worth_it(gigabyte, gigabyte / 2 - 1));
  EXPECT_FALSE(RocksdbUpkeep::is_worth_it(100 << 20, 100 << 20));
}

TEST(RocksdbFiles, ChecksumsMatchTheCatalogue) { EXPECT_TRUE(checksums_are_sound()); }

}  // namespace
}  // namespace meta
