#include "s3/object_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

namespace s3 {
namespace {

constexpr std::string_view bucket = "0123456789abcdef";

std::shared_ptr<const CachedObject> object(std::string_view key, std::string_view data) {
  return std::make_shared<const CachedObject>(bucket, key, ObjectRecord(), http::HeaderList(), data);
}

std::string found(ObjectCache& cache, std::string_view key) {
  auto there = cache.find(bucket, key);
  return there ? std::string(there->data()) : "(absent)";
}

TEST(ObjectCache, GivesWhatWasPutIn) {
  ObjectCache cache(1 << 20);
  EXPECT_EQ(found(cache, "a"), "(absent)");
  cache.insert(cache.begin_read(bucket, "a"), object("a", "1"));
  EXPECT_EQ(found(cache, "a"), "1");
  EXPECT_EQ(cache.find("fedcba9876543210", "a"), nullptr);
}

TEST(ObjectCache, AChangeTakesTheKeyOut) {
  ObjectCache cache(1 << 20);
  cache.insert(cache.begin_read(bucket, "a"), object("a", "1"));
  ObjectCache::Change change(cache, bucket);
  change.touch("a");
  EXPECT_EQ(found(cache, "a"), "(absent)");
}

TEST(ObjectCache, WhatWasReadBeforeAChangeEndedStaysOut) {
  ObjectCache cache(1 << 20);
  auto before = cache.begin_read(bucket, "a");
  ObjectCache::Ticket during;
  {
    ObjectCache::Change change(cache, bucket);
    change.touch("a");
    during = cache.begin_read(bucket, "a");
    cache.insert(during, object("a", "during"));
    EXPECT_EQ(found(cache, "a"), "(absent)");
  }
  cache.insert(before, object("a", "before"));
  cache.insert(during, object("a", "during"));
  EXPECT_EQ(found(cache, "a"), "(absent)");
  cache.insert(cache.begin_read(bucket, "a"), object("a", "after"));
  EXPECT_EQ(found(cache, "a"), "after");
}

TEST(ObjectCache, CountsWhatARecordHolds) {
  auto size_with = [](std::function<void(ObjectRecord&)> change) {
    ObjectRecord record;
    change(record);
    return CachedObject(bucket, "a", std::move(record), http::HeaderList(), "").size_bytes();
  };
  auto bare = size_with([](auto&) {});
  const std::string text(1000, 'x');
  EXPECT_GE(size_with([&](auto& record) { record.headers = {{"Cache-Control", text}}; }), bare + 1000);
  EXPECT_GE(size_with([&](auto& record) { record.metadata = {{"a", text}, {"b", text}}; }), bare + 2000);
  EXPECT_GE(size_with([&](auto& record) { record.tags = {{text, text}}; }), bare + 2000);
  EXPECT_GE(size_with([&](auto& record) { record.content_type = text; }), bare + 1000);
  EXPECT_GE(size_with([&](auto& record) { record.acl.grants.assign(100, {GranteeKind::account, std::string(64, 'a')}); }), bare + 6400);
}

TEST(ObjectCache, StaysWithinItsLimitAndKeepsWhatIsUsed) {
  ObjectCache cache(4 << 20);
  auto put = [&](const std::string& key) { cache.insert(cache.begin_read(bucket, key), object(key, std::string(8000, 'x'))); };
  put("used");
  for (int i = 0; i < 5000; i++) {
    put(std::to_string(i));
    EXPECT_NE(cache.find(bucket, "used"), nullptr) << i;
  }
  int kept = 0;
  for (int i = 0; i < 5000; i++) kept += cache.find(bucket, std::to_string(i)) != nullptr;
  EXPECT_GT(kept, 100);
  EXPECT_LT(kept, (4 << 20) / 8000);
}

TEST(ObjectCache, RefusesWhatIsLargerThanItsShare) {
  ObjectCache cache(1 << 20);
  cache.insert(cache.begin_read(bucket, "a"), object("a", std::string(1 << 20, 'x')));
  EXPECT_EQ(found(cache, "a"), "(absent)");
}

// A store of one number, and readers that must never see it go back after they saw it go on.
TEST(ObjectCache, NeverGoesBackInTime) {
  ObjectCache cache(1 << 20);
  std::atomic<int> stored{0};
  std::atomic<bool> done{false};
  auto read = [&] {
    if (auto there = cache.find(bucket, "a")) return std::stoi(std::string(there->data()));
    auto ticket = cache.begin_read(bucket, "a");
    int value = stored;
    cache.insert(ticket, object("a", std::to_string(value)));
    return value;
  };
  std::vector<std::thread> readers;
  std::atomic<int> backwards{0};
  for (int i = 0; i < 3; i++)
    readers.emplace_back([&] {
      for (int last = 0; !done;) {
        int now = read();
        backwards += now < last;
        last = now;
      }
    });
  for (int i = 1; i <= 20'000; i++) {
    ObjectCache::Change change(cache, bucket);
    change.touch("a");
    stored = i;
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(backwards, 0);
  EXPECT_EQ(read(), 20'000);
}

}  // namespace
}  // namespace s3
