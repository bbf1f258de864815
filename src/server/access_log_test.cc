// Lines of the access log reach their file, also after it was rotated.
#include "server/access_log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace server {
namespace {

namespace fs = std::filesystem;

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() : path_(fs::temp_directory_path() / ("access_log_test." + std::to_string(getpid()))), rotated_(path_.string() + ".1") {}
  ~LogFileTest() override { fs::remove(path_), fs::remove(rotated_); }

  static std::string read(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Waits for the log's thread; lines are written a few times a second.
  static bool soon(auto holds) {
    for (int i = 0; i < 500; i++) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  fs::path path_, rotated_;
};

TEST_F(LogFileTest, LinesAreAppendedInOrder) {
  for (auto lines : {"one\n", "one\ntwo\nthree\n"}) {
    auto log = LogFile::open(path_).value();
    if (read(path_).empty()) {
      log->write("one");
    } else {
      log->write("two");
      log->write("three");
    }
    log.reset();  // writes what is left
    EXPECT_EQ(read(path_), lines);
  }
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(LogFileTest, LinesDoNotWaitForTheEnd) {
  auto log = LogFile::open(path_).value();
  log->write("one");
  EXPECT_TRUE(soon([&] { return read(path_) == "one\n"; }));
}

TEST_F(LogFileTest, IsOpenedAgainAfterARotation) {
  auto log = LogFile::open(path_).value();
  log->write("one");
  ASSERT_TRUE(soon([&] { return read(path_) == "one\n"; }));
  fs::rename(path_, rotated_);
  log->reopen();
  ASSERT_TRUE(soon([&] { return fs::exists(path_); }));
  log->write("two");
  log.reset();
  EXPECT_EQ(read(rotated_), "one\n");
  EXPECT_EQ(read(path_), "two\n");
}

TEST_F(LogFileTest, LosesNothingAmongThreads) {
  auto log = LogFile::open(path_).value();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; t++)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; i++) log->write("a line of some length");
      });
  }
  log.reset();
  auto text = read(path_);
  EXPECT_EQ(std::ranges::count(text, '\n'), 4000);
  EXPECT_EQ(text.size(), 4000 * 22u);
}

TEST_F(LogFileTest, AFolderThatIsNotThere) { EXPECT_FALSE(LogFile::open("/nowhere/at/all")); }

}  // namespace
}  // namespace server
