// Bytes that are lent where the operating system keeps them, on a real disk.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/file_system.h"
#include "base/random.h"
#include "blob/file_store.h"

namespace blob {
namespace {

namespace fs = std::filesystem;

class FileStoreViewTest : public ::testing::Test {
 protected:
  FileStoreViewTest() {
    char name[] = "/tmp/cumulet-view-XXXXXX";
    folder_ = mkdtemp(name);
    store_ = *open_file_store(folder_, base::posix_file_system());
  }
  ~FileStoreViewTest() override { fs::remove_all(folder_); }

  BlobId put(const std::string& data) {
    auto writer = *store_->create("owner");
    EXPECT_TRUE(writer->write(data));
    EXPECT_TRUE(writer->finish());
    EXPECT_TRUE(store_->settle(writer->id()));
    return writer->id();
  }

  fs::path folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(FileStoreViewTest, LendsBytesWithoutACopy) {
  auto data = base::random_bytes(500'000);
  auto reader = *store_->open(put(data));
  auto lent = reader->try_view(65'536, 262'144);
  ASSERT_TRUE(lent && *lent) << "no pinned pages here";
  auto bytes = (*lent)->bytes();
  EXPECT_EQ(std::string_view(bytes.data(), bytes.size()), std::string_view(data).substr(65'536, 262'144));
}

TEST_F(FileStoreViewTest, NeverLendsADamagedBlock) {
  auto id = put(base::random_bytes(300'000));
  {
    std::fstream file(folder_ / id.text().substr(0, 2) / id.text(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(70'000);
    file.put('x').put('y').put('z');
    ASSERT_TRUE(file.good());
  }
  auto reader = *store_->open(id);
  EXPECT_TRUE(reader->try_view(0, 65'536));
  auto lent = reader->try_view(65'536, 65'536);
  ASSERT_FALSE(lent);
  EXPECT_EQ(lent.error().kind, base::Errc::corrupt);
}

TEST_F(FileStoreViewTest, WhatIsLentOutlivesTheErasure) {
  auto data = base::random_bytes(65'536);
  auto id = put(data);
  auto reader = *store_->open(id);
  auto lent = reader->try_view(0, 65'536);
  ASSERT_TRUE(lent && *lent);
  ASSERT_TRUE(store_->erase(id));
  reader.reset();
  auto bytes = (*lent)->bytes();
  EXPECT_EQ(std::string_view(bytes.data(), bytes.size()), data);
}

}  // namespace
}  // namespace blob
