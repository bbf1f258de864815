// Asking a running server, by way of its data folder.
#include "server/control.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>

namespace server {
namespace {

namespace fs = std::filesystem;

class ControlTest : public testing::Test {
 protected:
  ControlTest() {
    std::string name = fs::temp_directory_path() / "control_test.XXXXXX";
    EXPECT_TRUE(mkdtemp(name.data()));
    folder_ = name;
  }
  ~ControlTest() override { fs::remove_all(folder_); }

  static std::string echo(std::string_view line) { return "<" + std::string(line) + ">"; }
  std::string ask(const fs::path& data, std::string_view line) {
    auto answer = ask_server(data, line);
    return answer ? *answer : "! " + std::string(base::name(answer.error().kind));
  }

  fs::path folder_;
};

TEST_F(ControlTest, AnswersALineWithALine) {
  auto control = Control::listen(folder_, echo).value();
  EXPECT_EQ(ask(folder_, "hello"), "<hello>");
  EXPECT_EQ(ask(folder_, "again"), "<again>");
  EXPECT_EQ(ask(folder_, std::string(20000, 'x')), "<" + std::string(20000, 'x') + ">");
  struct stat status {};
  ASSERT_EQ(stat((folder_ / "control").c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(ControlTest, ItsModeDoesNotDependOnTheMask) {
  auto old_mask = umask(0);
  auto control = Control::listen(folder_, echo).value();
  umask(old_mask);
  struct stat status {};
  ASSERT_EQ(stat((folder_ / "control").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(ControlTest, AnAnswerMayBeLong) {
  auto control = Control::listen(folder_, [](std::string_view) { return std::string(1 << 20, 'y'); }).value();
  EXPECT_EQ(ask(folder_, "x"), std::string(1 << 20, 'y'));
}

TEST_F(ControlTest, NobodyIsThere) {
  EXPECT_EQ(ask(folder_, "x"), "! not_found");
  EXPECT_EQ(ask(folder_ / "none", "x"), "! not_found");
  Control::listen(folder_, echo).value().reset();
  EXPECT_EQ(ask(folder_, "x"), "! not_found");
  EXPECT_FALSE(fs::exists(folder_ / "control"));
  std::ofstream(folder_ / "control") << "not a socket";
  EXPECT_EQ(ask(folder_, "x"), "! not_found");
}

TEST_F(ControlTest, TakesThePlaceOfWhatACrashLeft) {
  std::ofstream(folder_ / "control") << "left";
  auto control = Control::listen(folder_, echo).value();
  EXPECT_EQ(ask(folder_, "x"), "<x>");
}

// An address of a local socket has room for 107 bytes.
TEST_F(ControlTest, PathsMayBeLong) {
  auto data = folder_ / std::string(200, 'a') / std::string(200, 'b');
  fs::create_directories(data);
  auto control = Control::listen(data, echo).value();
  EXPECT_EQ(ask(data, "x"), "<x>");
  control.reset();
  EXPECT_FALSE(fs::exists(data / "control"));
}

TEST_F(ControlTest, PathsMayBeRelative) {
  auto before = fs::current_path();
  fs::current_path(folder_);
  fs::create_directory("data");
  auto control = Control::listen("data", echo).value();
  EXPECT_EQ(ask("data", "x"), "<x>");
  EXPECT_EQ(ask(folder_ / "data", "x"), "<x>");
  fs::current_path(before);
}

TEST_F(ControlTest, AClientThatGoesAwayHarmsNobody) {
  auto control = Control::listen(folder_, echo).value();
  for (std::string_view said : {"", "half a line", "\n", "a line\n"}) {
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, (folder_ / "control").c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    send(client, said.data(), said.size(), MSG_NOSIGNAL);
    close(client);
    EXPECT_EQ(ask(folder_, "x"), "<x>");
  }
}

TEST_F(ControlTest, OneAfterAnother) {
  std::atomic<int> running{0}, most{0};
  auto control = Control::listen(folder_, [&](std::string_view line) {
    most = std::max(most.load(), ++running);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    running--;
    return echo(line);
  }).value();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; i++) threads.emplace_back([&, i] { EXPECT_EQ(ask(folder_, std::to_string(i)), "<" + std::to_string(i) + ">"); });
  threads.clear();
  EXPECT_EQ(most, 1);
}

TEST_F(ControlTest, AFolderThatIsNotThere) { EXPECT_FALSE(Control::listen(folder_ / "none", echo)); }

}  // namespace
}  // namespace server
