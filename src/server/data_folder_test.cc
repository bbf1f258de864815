// A data folder is one process's, of one format, and says the root's key.
#include "server/data_folder.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace server {
namespace {

namespace fs = std::filesystem;
using base::Errc;
using testing::HasSubstr;
using testing::Not;

class DataFolderTest : public testing::Test {
 protected:
  DataFolderTest() {
    std::string name = fs::temp_directory_path() / "data_folder_test.XXXXXX";
    EXPECT_TRUE(mkdtemp(name.data()));
    path_ = fs::path(name) / "data";
    set_key("", "");
  }
  ~DataFolderTest() override {
    set_key("", "");
    fs::remove_all(path_.parent_path());
  }

  static void set_key(const char* id, const char* secret) {
    setenv("CUMULET_ROOT_ACCESS_KEY", id, 1);
    setenv("CUMULET_ROOT_SECRET_KEY", secret, 1);
  }
  std::string read(const char* name) const {
    std::ifstream in(path_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const char* name, std::string_view text) const { std::ofstream(path_ / name) << text; }
  mode_t mode_of(const char* name) const {
    struct stat status {};
    EXPECT_EQ(stat((path_ / name).c_str(), &status), 0) << name;
    return status.st_mode & 0777;
  }
  base::Error refusal() const {
    auto folder = DataFolder::open(path_);
    return folder ? base::Error{} : folder.error();
  }
  iam::AccessKey root() const { return DataFolder::open(path_).value()->ensure_root().value(); }

  fs::path path_;
};

TEST_F(DataFolderTest, IsMadeAndOpenedAgain) {
  ASSERT_TRUE(DataFolder::open(path_));
  EXPECT_EQ(read("format"), "cumulet data, format 1\n");
  EXPECT_TRUE(DataFolder::open(path_));
}

TEST_F(DataFolderTest, IsOneProcesss) {
  auto folder = DataFolder::open(path_).value();
  EXPECT_EQ(refusal().kind, Errc::unavailable);
  EXPECT_THAT(refusal().what, HasSubstr(path_.string()));
  folder.reset();
  EXPECT_TRUE(DataFolder::open(path_));
}

TEST_F(DataFolderTest, OtherFormatsAreRefused) {
  fs::create_directories(path_);
  for (auto [text, said] : {std::pair{"cumulet data, format 2\n", "format 2"}, {"cumulet data, format x\n", "not a data folder"}, {"something else", "not a data folder"},
                            {"cumulet data, format 0\n", "format 0"}}) {
    write("format", text);
    EXPECT_EQ(refusal().kind, Errc::invalid) << text;
    EXPECT_THAT(refusal().what, HasSubstr(said)) << text;
    EXPECT_FALSE(fs::exists(path_ / "meta"));
    EXPECT_EQ(read("format"), text);
  }
}

TEST_F(DataFolderTest, DataWithoutAFormatIsRefused) {
  ASSERT_TRUE(DataFolder::open(path_));
  write("format", "");
  EXPECT_EQ(refusal().kind, Errc::invalid);
  fs::remove(path_ / "format");
  EXPECT_EQ(refusal().kind, Errc::invalid);
  EXPECT_THAT(refusal().what, HasSubstr("cumulet data, format 1"));
  EXPECT_FALSE(fs::exists(path_ / "format"));
}

TEST_F(DataFolderTest, MetadataThatAreGoneAreNeverMadeAnew) {
  ASSERT_TRUE(DataFolder::open(path_));
  fs::remove(path_ / "meta" / "CURRENT");
  std::set<fs::path> before(fs::recursive_directory_iterator(path_), {});
  for (int attempt = 0; attempt < 3; attempt++) {
    EXPECT_EQ(refusal().kind, Errc::corrupt);
    EXPECT_THAT(refusal().what, HasSubstr("are missing or incomplete"));
    EXPECT_EQ(std::set<fs::path>(fs::recursive_directory_iterator(path_), {}), before);
  }
  fs::remove_all(path_ / "meta");
  EXPECT_EQ(refusal().kind, Errc::corrupt);
  EXPECT_FALSE(fs::exists(path_ / "meta"));
}

TEST_F(DataFolderTest, AFirstStartThatWasCutOffBeginsAgain) {
  fs::create_directories(path_ / "meta");
  for (auto name : {"first-start", "format", "meta/000004.log", "meta/MANIFEST-000001"}) write(name, "");
  EXPECT_TRUE(DataFolder::open(path_));
  EXPECT_FALSE(fs::exists(path_ / "first-start"));
  EXPECT_TRUE(DataFolder::open(path_));
}

TEST_F(DataFolderTest, RootDoesNotTakeAnotherUsersFolder) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_TRUE(DataFolder::open(path_));
  ASSERT_EQ(chown((path_ / "format").c_str(), 54321, 54321), 0);
  EXPECT_EQ(refusal().kind, Errc::invalid);
  EXPECT_THAT(refusal().what, HasSubstr("belongs to the user #54321"));
}

TEST_F(DataFolderTest, AFileInItsPlaceIsRefused) {
  std::ofstream(path_) << "x";
  EXPECT_FALSE(DataFolder::open(path_));
}

TEST_F(DataFolderTest, AFolderOfOtherThingsIsRefusedAndLeftAlone) {
  fs::create_directories(path_ / "photos");
  for (auto name : {"a.txt", "b.txt", ".hidden"}) write(name, "x");
  EXPECT_EQ(refusal().kind, Errc::invalid);
  EXPECT_THAT(refusal().what, HasSubstr("holds .hidden, a.txt, b.txt and 1 more; give a new or an empty folder"));
  EXPECT_EQ(std::distance(fs::directory_iterator(path_), {}), 4);
}

TEST_F(DataFolderTest, WhatAFirstStartOrAFileSystemLeavesIsNoOtherThing) {
  fs::create_directories(path_ / "lost+found");
  for (auto name : {"lock", "format.new", "first-start.new"}) write(name, "");
  EXPECT_TRUE(DataFolder::open(path_));
}

TEST_F(DataFolderTest, FindingOneMakesNone) {
  EXPECT_EQ(find_data_folder(path_).error().kind, Errc::not_found);
  EXPECT_THAT(find_data_folder(path_).error().what, HasSubstr("there is no folder " + path_.string() + "; name the server's with --data"));
  EXPECT_FALSE(fs::exists(path_));
  fs::create_directories(path_);
  EXPECT_THAT(find_data_folder(path_).error().what, HasSubstr("is not a data folder of Cumulet"));
  EXPECT_TRUE(fs::is_empty(path_));
  EXPECT_TRUE(DataFolder::open(path_));
  EXPECT_TRUE(find_data_folder(path_));
  fs::remove(path_ / "format");
  EXPECT_TRUE(find_data_folder(path_));  // damaged, which opening it says
}

TEST_F(DataFolderTest, TheRootsKeyIsKept) {
  auto key = root();
  EXPECT_EQ(read("rootkey.csv"), "AWSAccessKeyId=" + key.id + "\nAWSSecretKey=" + key.secret + "\n");
  EXPECT_EQ(mode_of("rootkey.csv"), 0600u);
  auto again = root();
  EXPECT_EQ(again.id, key.id);
  EXPECT_EQ(again.secret, key.secret);
  EXPECT_EQ(again.account.id, key.account.id);
  auto pair = read_root_key(path_).value();
  EXPECT_EQ(pair.id, key.id);
  EXPECT_EQ(pair.secret, key.secret);
}

TEST_F(DataFolderTest, TheEnvironmentMayGiveTheRootsKey) {
  auto made = root();
  set_key("AKIAFROMTHEENVIRONMENT", "a-secret-from-the-environment");
  auto given = root();
  EXPECT_EQ(given.id, "AKIAFROMTHEENVIRONMENT");
  EXPECT_EQ(given.secret, "a-secret-from-the-environment");
  EXPECT_EQ(given.account.id, made.account.id);
  EXPECT_THAT(read("rootkey.csv"), HasSubstr("a-secret-from-the-environment"));
  EXPECT_EQ(mode_of("rootkey.csv"), 0600u);
  set_key("", "");
  EXPECT_EQ(root().id, "AKIAFROMTHEENVIRONMENT");  // kept
}

TEST_F(DataFolderTest, HalfAKeyInTheEnvironmentIsRefused) {
  auto folder = DataFolder::open(path_).value();
  for (auto [id, secret] : {std::pair{"AKIAFROMTHEENVIRONMENT", ""}, {"", "a-secret-from-the-environment"}, {"short", "a-secret-from-the-environment"}, {"AKIAFROMTHEENVIRONMENT", "short"}}) {
    set_key(id, secret);
    auto refused = folder->ensure_root();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::invalid) << id;
    EXPECT_THAT(refused.error().what, Not(HasSubstr("a-secret")));
  }
}

TEST_F(DataFolderTest, TheRootsKeyIsWrittenAgain) {
  auto text = (root(), read("rootkey.csv"));
  for (auto damaged : {"", "something else\n"}) {
    write("rootkey.csv", damaged);
    root();
    EXPECT_EQ(read("rootkey.csv"), text);
  }
  fs::remove(path_ / "rootkey.csv");
  write("rootkey.csv.new", "what a crash left");
  root();
  EXPECT_EQ(read("rootkey.csv"), text);
  EXPECT_FALSE(fs::exists(path_ / "rootkey.csv.new"));
}

TEST_F(DataFolderTest, AKeyThatIsNotThere) {
  EXPECT_EQ(read_root_key(path_).error().kind, Errc::not_found);
  fs::create_directories(path_);
  write("rootkey.csv", "AWSAccessKeyId=AKIA\r\n");
  EXPECT_EQ(read_root_key(path_).error().kind, Errc::not_found);
  write("rootkey.csv", "AWSAccessKeyId=AKIA\r\nAWSSecretKey=secret\r\n");
  EXPECT_EQ(read_root_key(path_)->secret, "secret");
}

}  // namespace
}  // namespace server
