// What every engine promises, against each of them.
#include "blob/store.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/random.h"
#include "base/testing/faulty_file_system.h"
#include "blob/file_store.h"
#include "blob/memory_store.h"

namespace blob {
namespace {

using base::Errc;

enum class Engine { memory, files, files_in_memory };

class StoreTest : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    if (GetParam() == Engine::memory) store_ = make_memory_store();
    if (GetParam() == Engine::files) store_ = std::move(*open_file_store(folder_, base::posix_file_system()));
    if (GetParam() == Engine::files_in_memory) store_ = std::move(*open_file_store("/blobs", faulty_));
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  BlobId put(std::string_view data, std::string_view owner = "owner", size_t piece = 100'000) {
    auto writer = std::move(*store_->create(owner));
    for (auto rest = data; !rest.empty(); rest.remove_prefix(std::min(rest.size(), piece))) EXPECT_TRUE(writer->write(rest.substr(0, piece)));
    EXPECT_TRUE(writer->finish());
    return writer->id();
  }
  Result<std::string> get(const BlobId& id, uint64_t offset, size_t length) {
    TRY(reader, store_->open(id));
    std::string out(length, '\0');
    TRY_VOID(reader->read(offset, out));
    return out;
  }
  std::vector<BlobId> settled() {
    std::vector<BlobId> out;
    EXPECT_TRUE(store_->for_each([&](const BlobId& id) { out.push_back(id); }));
    return out;
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("cumulet-blob-" + base::random_hex(16));
  base::testing::FaultyFileSystem faulty_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, ReadsEveryRangeAsItWasWritten) {
  constexpr size_t block = 65'536;
  for (size_t size : {size_t{1}, block - 1, block, block + 1, 3 * block, size_t{2'500'000}}) {
    auto data = base::random_bytes(size);
    auto id = put(data, "owner", size / 3 + 1);
    auto reader = std::move(*store_->open(id));
    EXPECT_EQ(reader->size_bytes(), size);
    for (size_t offset : {size_t{0}, size_t{1}, block - 1, block, 2 * block + 5, size - 1, size})
      for (size_t length : {size_t{0}, size_t{1}, block - 1, block, 2 * block, 20 * block, size}) {
        if (offset > size) continue;
        length = std::min(length, size - offset);
        std::string out(length, '\0');
        ASSERT_TRUE(reader->read(offset, out)) << size << " " << offset << " " << length;
        EXPECT_TRUE(out == data.substr(offset, length)) << size << " " << offset << " " << length;
      }
  }
}

TEST_P(StoreTest, RefusesRangesPastTheEnd) {
  auto id = put("data");
  EXPECT_EQ(get(id, 3, 2).error().kind, Errc::invalid);
  EXPECT_EQ(get(id, 5, 0).error().kind, Errc::invalid);
  EXPECT_EQ(get(id, UINT64_MAX, 2).error().kind, Errc::invalid);
  EXPECT_EQ(get(put(""), 0, 0).value(), "");
}

TEST_P(StoreTest, ReadsFromMemoryWhatWasJustRead) {
  auto data = base::random_bytes(300'000);
  auto reader = std::move(*store_->open(put(data)));
  std::string out(data.size(), '\0');
  ASSERT_TRUE(reader->read(0, out));
  out.assign(data.size(), '\0');
  auto there = reader->try_read(0, out);
  ASSERT_TRUE(there);
  if (*there) EXPECT_TRUE(out == data);
  EXPECT_FALSE(reader->try_read(1, out));
}

TEST_P(StoreTest, LendsWhatWasJustRead) {
  auto data = base::random_bytes(300'000);
  auto reader = std::move(*store_->open(put(data)));
  std::string out(data.size(), '\0');
  ASSERT_TRUE(reader->read(0, out));
  for (auto [offset, length] : {std::pair<uint64_t, size_t>(0, 300'000), {65'536, 131'072}, {262'144, 300'000 - 262'144}}) {
    auto lent = reader->try_view(offset, length);
    ASSERT_TRUE(lent);
    if (!*lent) continue;  // an engine may not be able to
    auto bytes = (*lent)->bytes();
    EXPECT_TRUE(std::string_view(bytes.data(), bytes.size()) == std::string_view(data).substr(offset, length)) << offset;
  }
  auto past = reader->try_view(65'536, 300'000);
  EXPECT_TRUE(past && !*past);
}

TEST_P(StoreTest, ManyReadOneBlobAtOnce) {
  auto data = base::random_bytes(700'000);
  auto reader = std::move(*store_->open(put(data)));
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 8; t++)
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 50; i++) {
        std::string out(70'000, '\0');
        ASSERT_TRUE(reader->read(t * 1000 + i * 11'111, out));
        ASSERT_TRUE(out == data.substr(t * 1000 + i * 11'111, out.size()));
      }
    });
  for (auto& thread : threads) thread.join();
}

TEST_P(StoreTest, SettlesErasesAndForgets) {
  auto first = put("first"), second = put("second");
  EXPECT_THAT(settled(), testing::IsEmpty());
  for (int i = 0; i < 2; i++) EXPECT_TRUE(store_->settle(first));
  EXPECT_THAT(settled(), testing::ElementsAre(first));
  EXPECT_EQ(get(first, 0, 5).value(), "first");
  EXPECT_EQ(get(second, 0, 6).value(), "second");
  for (int i = 0; i < 2; i++)
    for (auto& id : {first, second, BlobId::random()}) EXPECT_TRUE(store_->erase(id));
  for (auto& id : {first, second}) EXPECT_EQ(get(id, 0, 1).error().kind, Errc::not_found);
  EXPECT_THAT(settled(), testing::IsEmpty());
}

TEST_P(StoreTest, AsksTheOwnersOfPendingBlobs) {
  std::string long_owner(4096, 'o');
  auto wanted = put("wanted", long_owner), unwanted = put("unwanted", "b"), done = put("done", "c");
  ASSERT_TRUE(store_->settle(done));
  std::vector<std::string> asked;
  ASSERT_TRUE(store_->recover([&](const Pending& pending) -> Result<bool> {
    asked.push_back(pending.owner);
    return pending.id == wanted;
  }));
  EXPECT_THAT(asked, testing::UnorderedElementsAre(long_owner, "b"));
  EXPECT_THAT(settled(), testing::UnorderedElementsAre(wanted, done));
  EXPECT_EQ(get(unwanted, 0, 1).error().kind, Errc::not_found);
}

TEST_P(StoreTest, KeepsPendingBlobsWhoseOwnerCannotBeAsked) {
  auto id = put("data");
  EXPECT_EQ(store_->recover([](const Pending&) -> Result<bool> { return base::fail(Errc::io, "no answer"); }).error().kind, Errc::io);
  EXPECT_EQ(get(id, 0, 4).value(), "data");
}

TEST_P(StoreTest, RefusesALongOwner) { EXPECT_EQ(store_->create(std::string(4097, 'o')).error().kind, Errc::too_large); }

TEST_P(StoreTest, AnOpenBlobOutlivesItsErasure) {
  auto id = put("data");
  auto reader = std::move(*store_->open(id));
  ASSERT_TRUE(store_->erase(id));
  std::string out(4, '\0');
  ASSERT_TRUE(reader->read(0, out));
  EXPECT_EQ(out, "data");
}

TEST_P(StoreTest, AnUnfinishedWriterLeavesNothing) {
  ASSERT_TRUE((*store_->create("x"))->write(std::string_view("data")));
  ASSERT_TRUE(store_->recover([](const Pending&) -> Result<bool> { return ADD_FAILURE() << "nobody owns it", true; }));
  EXPECT_THAT(settled(), testing::IsEmpty());
}

std::string name_of(const testing::TestParamInfo<Engine>& info) {
  return info.param == Engine::memory ? "memory" : info.param == Engine::files ? "files" : "files_in_memory";
}
INSTANTIATE_TEST_SUITE_P(Engines, StoreTest, testing::Values(Engine::memory, Engine::files, Engine::files_in_memory), name_of);

TEST(BlobId, IsThirtyTwoLowerCaseDigits) {
  EXPECT_TRUE(BlobId::parse("0123456789abcdef0123456789abcdef"));
  for (auto wrong : {"", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0", "../3456789abcdef0123456789abcdef"})
    EXPECT_FALSE(BlobId::parse(wrong)) << wrong;
  EXPECT_NE(BlobId::random(), BlobId::random());
}

}  // namespace
}  // namespace blob
