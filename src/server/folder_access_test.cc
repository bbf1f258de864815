// Who may have a data folder where. What another user is told is in tests/api/test_command_line.py.
#include "server/folder_access.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace server {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FolderAccess : public testing::Test {
 protected:
  FolderAccess() { fs::create_directories(path_ / "there"); }
  ~FolderAccess() override {
    fs::permissions(path_ / "there", fs::perms::owner_all);
    fs::remove_all(path_);
  }
  fs::path path_ = fs::temp_directory_path() / ("folder_access_test." + std::to_string(getpid()));
};

TEST_F(FolderAccess, WhatIsThereAndWhatCanBeMade) {
  for (auto name : {"", "there", "there/", "new", "new/below", "there/../new"}) EXPECT_TRUE(may_use_folder(path_ / name)) << name;
  EXPECT_TRUE(may_use_folder("new"));
}

TEST_F(FolderAccess, AFileInTheWay) {
  std::ofstream(path_ / "file") << "x";
  for (auto name : {"file", "file/below"}) EXPECT_THAT(may_use_folder(path_ / name).error().what, HasSubstr((path_ / "file").string() + " is a file, not a folder"));
}

TEST_F(FolderAccess, AFolderThatShutsThisUserOut) {
  if (geteuid() == 0) GTEST_SKIP() << "root may enter every folder";
  fs::permissions(path_ / "there", fs::perms::none);
  EXPECT_THAT(may_use_folder(path_ / "there/below").error().what, HasSubstr("may not enter " + (path_ / "there").string() + ", which belongs to "));
  fs::permissions(path_ / "there", fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THAT(may_use_folder(path_ / "there").error().what, HasSubstr("may not read and write in"));
  EXPECT_THAT(may_use_folder(path_ / "there/new").error().what, HasSubstr("may not make a folder in"));
}

}  // namespace
}  // namespace server
