// Blobs as files: what is read is what was written, or an error; what a crash leaves is settled or gone.
#include "blob/file_store.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/random.h"

namespace blob {
namespace {

class FileStoreTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void reopen() { store_ = std::move(*open_file_store(folder_, base::posix_file_system())); }

  BlobId put(std::string_view data, std::string_view owner = "owner") {
    auto writer = std::move(*store_->create(owner));
    for (auto rest = data; !rest.empty(); rest.remove_prefix(std::min<size_t>(rest.size(), 100'000)))
      EXPECT_TRUE(writer->write(rest.substr(0, 100'000)));
    EXPECT_TRUE(writer->finish());
    return writer->id();
  }
  Result<std::string> get(const BlobId& id, uint64_t offset, size_t length) {
    TRY(reader, store_->open(id));
    std::string out(length, '\0');
    TRY_VOID(reader->read(offset, out));
    return out;
  }
  std::filesystem::path file_of(const BlobId& id) { return folder_ / id.text().substr(0, 2) / id.text(); }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("cumulet-blob-" + base::random_hex(16));
  std::unique_ptr<Store> store_;
};

TEST_F(FileStoreTest, ReadsEveryRangeAsItWasWritten) {
  auto data = base::random_bytes(200'000);
  auto id = put(data);
  ASSERT_TRUE(store_->settle(id));
  ASSERT_TRUE(store_->settle(id));
  for (auto [offset, length] : {std::pair<size_t, size_t>{0, 200'000}, {0, 1}, {65'535, 2}, {65'536, 65'536}, {199'999, 1}, {70'000, 100'000}, {200'000, 0}})
    EXPECT_EQ(get(id, offset, length).value(), data.substr(offset, length)) << offset;
  EXPECT_EQ(get(id, 199'999, 2).error().kind, base::Errc::invalid);
  EXPECT_EQ(get(put(""), 0, 0).value(), "");
}

TEST_F(FileStoreTest, ServesNoFlippedBit) {
  auto id = put(base::random_bytes(70'000));
  ASSERT_TRUE(store_->settle(id));
  auto size = std::filesystem::file_size(file_of(id));
  for (uint64_t at = 0; at < size; at += at + 600 < size && at < 69'000 ? 6997 : 1) {
    std::fstream file(file_of(id), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte).flush();
    EXPECT_FALSE(get(id, 0, 70'000)) << "flipped at " << at;
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 1)).flush();
  }
  EXPECT_TRUE(get(id, 0, 70'000));
}

TEST_F(FileStoreTest, RecoversWhatIsWantedAndErasesTheRest) {
  auto wanted = put("wanted", "a"), unwanted = put("unwanted", "b");
  std::ofstream(folder_ / "incoming" / BlobId::random().text()) << "half a bl";
  reopen();
  ASSERT_TRUE(store_->recover([](const Pending& pending) -> Result<bool> { return pending.owner == "a"; }));
  EXPECT_EQ(get(wanted, 0, 6).value(), "wanted");
  EXPECT_EQ(get(unwanted, 0, 1).error().kind, base::Errc::not_found);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming"));
  std::vector<BlobId> settled;
  ASSERT_TRUE(store_->for_each([&](const BlobId& id) { settled.push_back(id); }));
  EXPECT_THAT(settled, testing::ElementsAre(wanted));
}

TEST_F(FileStoreTest, AnUnfinishedWriterLeavesNothing) {
  ASSERT_TRUE((*store_->create("x"))->write(std::string_view("data")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "incoming"));
}

TEST_F(FileStoreTest, AnOpenBlobOutlivesItsErasure) {
  auto id = put("data");
  auto reader = std::move(*store_->open(id));
  ASSERT_TRUE(store_->erase(id));
  ASSERT_TRUE(store_->erase(id));
  std::string out(4, '\0');
  ASSERT_TRUE(reader->read(0, out));
  EXPECT_EQ(out, "data");
}

}  // namespace
}  // namespace blob
