// No damaged byte of a file is served.
#include "blob/file_store.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "base/testing/faulty_file_system.h"

namespace blob {
namespace {

using base::Errc;

class FileStoreTest : public testing::TestWithParam<size_t> {
 protected:
  BlobId put(std::string_view data) {
    auto writer = std::move(*store_->create("the owner"));
    EXPECT_TRUE(writer->write(data));
    EXPECT_TRUE(writer->finish());
    EXPECT_TRUE(store_->settle(writer->id()));
    return writer->id();
  }
  static std::filesystem::path file_of(const BlobId& id) { return std::filesystem::path("/blobs") / id.text().substr(0, 2) / id.text(); }
  uint64_t size_of(const BlobId& id) { return (*files_.open_for_read(file_of(id)))->size_bytes().value(); }
  Result<> read_all(const BlobId& id) {
    TRY(reader, store_->open(id));
    std::string out(reader->size_bytes(), '\0');
    return reader->read(0, out);
  }

  base::testing::FaultyFileSystem files_;
  std::unique_ptr<Store> store_ = std::move(*open_file_store("/blobs", files_));
};

TEST(FileStore, AnUnfinishedWriterRemovesItsFile) {
  base::testing::FaultyFileSystem files;
  auto store = std::move(*open_file_store("/blobs", files));
  ASSERT_TRUE((*store->create("x"))->write(std::string_view("data")));
  EXPECT_THAT(files.list("/blobs/incoming").value(), testing::IsEmpty());
}

// Pending blobs of an earlier process whose files are not what they should be.
class FileStoreRecoveryTest : public testing::Test {
 protected:
  static constexpr uint64_t footer_bytes = 32;

  BlobId put(std::string_view data) {
    auto writer = std::move(*store_->create(owner_));
    EXPECT_TRUE(writer->write(data));
    EXPECT_TRUE(writer->finish());
    return writer->id();
  }
  // A file that its writer had no time to finish.
  BlobId leave(std::string_view bytes) {
    auto id = BlobId::random();
    EXPECT_TRUE((*files_.create(pending(id)))->write_at(0, bytes));
    return id;
  }
  std::string bytes_of(const std::filesystem::path& path) {
    auto file = std::move(*files_.open_for_read(path));
    std::string bytes(file->size_bytes().value(), '\0');
    EXPECT_EQ(file->read_at(0, bytes).value(), bytes.size());
    return bytes;
  }
  static std::filesystem::path pending(const BlobId& id) { return std::filesystem::path("/blobs/incoming") / id.text(); }
  static std::filesystem::path settled(const BlobId& id) { return std::filesystem::path("/blobs") / id.text().substr(0, 2) / id.text(); }
  // Nobody says that he wants anything.
  void recover() {
    ASSERT_TRUE((*open_file_store("/blobs", files_))->recover([](const Pending&) { return false; }));
    ASSERT_THAT(files_.list("/blobs/incoming").value(), testing::IsEmpty());
  }

  const std::string owner_ = "the owner";
  base::testing::FaultyFileSystem files_;
  std::unique_ptr<Store> store_ = std::move(*open_file_store("/blobs", files_));
};

TEST_F(FileStoreRecoveryTest, KeepsABlobWithAFlippedBitInFooterOrOwner) {
  for (size_t size : {0, 100, 70'000})
    for (uint64_t bit = 0; bit < (owner_.size() + footer_bytes) * 8; bit++) {
      auto id = put(std::string(size, 'x'));
      auto all_bits = bytes_of(pending(id)).size() * 8;
      files_.flip_bit(pending(id), all_bits - 1 - bit);
      auto damaged = bytes_of(pending(id));
      recover();
      ASSERT_TRUE(files_.open_for_read(settled(id))) << "bit " << bit << " from the end";
      ASSERT_EQ(bytes_of(settled(id)), damaged);
      ASSERT_EQ(store_->open(id).error().kind, Errc::corrupt);
      ASSERT_TRUE(store_->erase(id));
    }
}

TEST_F(FileStoreRecoveryTest, KeepsABlobWithADestroyedField) {
  for (auto [begin, length] : {std::pair(0, 8), {8, 8}, {16, 4}, {20, 4}, {24, 8}}) {
    auto id = put(std::string(70'000, 'x'));
    for (int bit = 0; bit < length * 8; bit++) files_.flip_bit(pending(id), (bytes_of(pending(id)).size() - footer_bytes + static_cast<uint64_t>(begin)) * 8 + static_cast<uint64_t>(bit));
    recover();
    EXPECT_TRUE(files_.open_for_read(settled(id))) << "field at " << begin;
  }
}

TEST_F(FileStoreRecoveryTest, ErasesWhatWasNeverFinished) {
  auto whole = bytes_of(pending(put(std::string(70'000, 'x'))));
  std::vector<std::string> files{"", "x", std::string(32, '\0'), std::string(100'000, '\0'), std::string(65'536, 'x'), base::random_bytes(5'000)};
  for (size_t missing : {1, 8, 31, 32, 33, 50}) files.push_back(whole.substr(0, whole.size() - missing));
  for (auto& file : files) {
    auto id = leave(file);
    recover();
    EXPECT_FALSE(files_.open_for_read(settled(id))) << file.size() << " bytes";
  }
}

// All bits of the trailer and of small data; of larger data, one here and there.
std::vector<uint64_t> bits_to_flip(uint64_t data_bits, uint64_t all_bits) {
  std::vector<uint64_t> bits;
  for (uint64_t bit = 0; bit < data_bits; bit += data_bits > 10'000 ? 9'973 : 1) bits.push_back(bit);
  for (uint64_t bit = data_bits; bit < all_bits; bit++) bits.push_back(bit);
  return bits;
}

TEST_P(FileStoreTest, FindsAFlippedBitAnywhere) {
  auto id = put(base::random_bytes(GetParam()));
  for (uint64_t bit : bits_to_flip(GetParam() * 8, size_of(id) * 8)) {
    files_.flip_bit(file_of(id), bit);
    auto read = read_all(id);
    ASSERT_FALSE(read) << "bit " << bit;
    ASSERT_EQ(read.error().kind, Errc::corrupt) << "bit " << bit;
    files_.flip_bit(file_of(id), bit);
  }
  EXPECT_TRUE(read_all(id));
}

INSTANTIATE_TEST_SUITE_P(Sizes, FileStoreTest, testing::Values(0, 100, 65'536, 200'000));

// More block checksums than a reader keeps.
using LargeFileStoreTest = FileStoreTest;
TEST_P(LargeFileStoreTest, FindsADamagedChecksumAndServesTheOtherBlocks) {
  auto id = put(std::string(GetParam(), 'x'));
  files_.flip_bit(file_of(id), GetParam() * 8 + 1);
  auto reader = std::move(*store_->open(id));
  std::string out(GetParam() - 65'536, '\0');
  EXPECT_TRUE(reader->read(65'536, out));
  EXPECT_EQ(out, std::string(out.size(), 'x'));
  EXPECT_EQ(reader->read(65'535, std::span(out).first(1)).error().kind, Errc::corrupt);
}

INSTANTIATE_TEST_SUITE_P(Sizes, LargeFileStoreTest, testing::Values(40'000'000));

// A folder can be opened, and not read: as a bad sector.
TEST(FileStore, WhatCannotBeReadStaysPendingAndStopsNothing) {
  auto folder = std::filesystem::temp_directory_path() / ("cumulet-blobs-" + base::random_hex(16));
  auto store = open_file_store(folder, base::posix_file_system()).value();
  auto place = folder / "incoming" / std::string(32, 'a');
  std::filesystem::create_directories(place);
  EXPECT_TRUE(store->recover([](const Pending&) { return true; }));
  EXPECT_TRUE(std::filesystem::exists(place));
  store.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace blob
