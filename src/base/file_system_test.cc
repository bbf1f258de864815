#include "base/file_system.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/random.h"

namespace base {
namespace {

class PosixFileSystemTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(files_.make_folders(folder_)); }
  void TearDown() override { std::filesystem::remove_all(folder_.parent_path()); }

  FileSystem& files_ = posix_file_system();
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("cumulet-files-" + random_hex(16)) / "below";
};

TEST_F(PosixFileSystemTest, ReadsWhatItWroteAtAnyOffset) {
  auto file = std::move(*files_.create(folder_ / "f"));
  ASSERT_TRUE(file->write_at(5, std::string_view("world")));
  ASSERT_TRUE(file->write_at(0, std::string_view("hello")));
  file->begin_write_back(0, 10);
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(file->size_bytes().value(), 10u);
  auto reader = std::move(*files_.open_for_read(folder_ / "f"));
  std::string out(20, '-');
  EXPECT_EQ(reader->read_at(3, out).value(), 7u);
  EXPECT_EQ(out.substr(0, 8), "loworld-");
  EXPECT_EQ(reader->read_at(10, out).value(), 0u);
  auto cached = reader->read_cached_at(0, out);
  ASSERT_TRUE(cached);
  EXPECT_LE(*cached, 10u);
  EXPECT_EQ(out.substr(0, *cached), std::string("helloworld").substr(0, *cached));
}

TEST_F(PosixFileSystemTest, KeepsOthersOut) {
  ASSERT_TRUE(files_.create(folder_ / "f"));
  struct stat info {};
  ASSERT_EQ(stat((folder_ / "f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat(folder_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(PosixFileSystemTest, SaysWhatIsWrong) {
  EXPECT_EQ(files_.open_for_read(folder_ / "f").error().kind, Errc::not_found);
  EXPECT_EQ(files_.remove(folder_ / "f").error().kind, Errc::not_found);
  EXPECT_EQ(files_.rename(folder_ / "f", folder_ / "g").error().kind, Errc::not_found);
  EXPECT_EQ(files_.create(folder_ / "no" / "f").error().kind, Errc::not_found);
  EXPECT_EQ(files_.list(folder_ / "no").error().kind, Errc::not_found);
  EXPECT_EQ(files_.sync_folder(folder_ / "no").error().kind, Errc::not_found);
  ASSERT_TRUE(files_.create(folder_ / "f"));
  EXPECT_EQ(files_.create(folder_ / "f").error().kind, Errc::exists);
  EXPECT_FALSE(files_.make_folders(folder_ / "f"));
  EXPECT_FALSE((*files_.open_for_read(folder_ / "f"))->write_at(0, std::string_view("x")));
}

TEST_F(PosixFileSystemTest, ListsRenamesAndRemoves) {
  for (auto name : {"a", "b"}) ASSERT_TRUE(files_.create(folder_ / name));
  ASSERT_TRUE(files_.make_folders(folder_ / "c" / "d"));
  ASSERT_TRUE(files_.make_folders(folder_ / "c" / "d"));
  ASSERT_TRUE(files_.rename(folder_ / "b", folder_ / "c" / "e"));
  ASSERT_TRUE(files_.remove(folder_ / "a"));
  ASSERT_TRUE(files_.sync_folder(folder_));
  EXPECT_THAT(files_.list(folder_).value(), ::testing::ElementsAre("c"));
  EXPECT_THAT(files_.list(folder_ / "c").value(), ::testing::UnorderedElementsAre("d", "e"));
  EXPECT_GT(files_.free_bytes(folder_), 0u);
}

}  // namespace
}  // namespace base
