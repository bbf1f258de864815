// Command line and configuration file: what wins, and what is refused.
#include "server/options.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OptionsTest : public testing::Test {
 protected:
  OptionsTest() {
    for (auto name : {"CUMULET_DATA", "XDG_DATA_HOME"}) unsetenv(name);
    setenv("HOME", "/home/alice", 1);
    path_ = std::filesystem::temp_directory_path() / ("options_test." + std::to_string(getpid()) + ".toml");
  }
  ~OptionsTest() override { std::filesystem::remove(path_); }

  void configure(std::string_view text) { std::ofstream(path_) << text; }

  Parsed parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "cumulet");
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    auto parsed = parse_command_line(static_cast<int>(pointers.size()), pointers.data());
    said_ = testing::internal::GetCapturedStderr() + testing::internal::GetCapturedStdout();
    return parsed;
  }
  // `serve --config FILE`, and more.
  Parsed serve(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"serve", "--config", path_.string()});
    return parse(more);
  }
  Options good(const Parsed& parsed) {
    EXPECT_TRUE(parsed.run) << said_;
    EXPECT_TRUE(parsed.invocation.command);
    return parsed.invocation.options;
  }

  std::filesystem::path path_;
  std::string said_;
};

TEST_F(OptionsTest, NothingHasToBeSaid) {
  auto options = good(parse({"serve"}));
  EXPECT_EQ(options.data, "/home/alice/.local/share/cumulet");
  EXPECT_THAT(options.listen, ElementsAre("127.0.0.1:4566"));
  EXPECT_EQ(options.region, "us-east-1");
  EXPECT_FALSE(options.no_sigv2);
}

TEST_F(OptionsTest, TheEnvironmentMaySayWhereTheDataIs) {
  setenv("XDG_DATA_HOME", "/x", 1);
  EXPECT_EQ(good(parse({"serve"})).data, "/x/cumulet");
  setenv("CUMULET_DATA", "/y", 1);
  EXPECT_EQ(good(parse({"serve"})).data, "/y");
  EXPECT_EQ(good(parse({"serve", "--data", "/z"})).data, "/z");
}

TEST_F(OptionsTest, AFileSetsWhatAFlagCan) {
  configure("data = '/d'\nlisten = ['127.0.0.1:1', '[::1]:2']\nregion = 'eu-west-1'\nhost = 'a.example'\naccess-log = '-'\nlog-level = 'debug'\n"
            "threads = 3\nmax-connections = 4\nmax-requests = 5\nno-sigv2 = true\n");
  auto options = good(serve());
  EXPECT_EQ(options.data, "/d");
  EXPECT_THAT(options.listen, ElementsAre("127.0.0.1:1", "[::1]:2"));
  EXPECT_EQ(options.region, "eu-west-1");
  EXPECT_THAT(options.hosts, ElementsAre("a.example"));
  EXPECT_EQ(options.access_log, "-");
  EXPECT_EQ(options.log_level, "debug");
  EXPECT_EQ(options.threads, 3u);
  EXPECT_EQ(options.max_connections, 4u);
  EXPECT_EQ(options.max_requests, 5u);
  EXPECT_TRUE(options.no_sigv2);
}

TEST_F(OptionsTest, FlagsWin) {
  configure("data = '/d'\nlisten = ['127.0.0.1:1', '127.0.0.1:2']\nregion = 'eu-west-1'\nno-sigv2 = false\n");
  auto options = good(serve({"--region", "us-west-2", "--listen", "127.0.0.1:3", "--no-sigv2"}));
  EXPECT_EQ(options.data, "/d");
  EXPECT_EQ(options.region, "us-west-2");
  EXPECT_THAT(options.listen, ElementsAre("127.0.0.1:3"));
  EXPECT_TRUE(options.no_sigv2);
}

TEST_F(OptionsTest, FlagsMayBeRepeated) {
  auto options = good(parse({"serve", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2", "--host", "a", "--host", "b"}));
  EXPECT_THAT(options.listen, ElementsAre("127.0.0.1:1", "127.0.0.1:2"));
  EXPECT_THAT(options.hosts, ElementsAre("a", "b"));
}

TEST_F(OptionsTest, AnOpenFileSaysWhatIsWrongWithIt) {
  for (auto [text, named] : {std::pair{"regoin = 'x'\n", "regoin"}, {"config = 'x'\n", "config"}, {"[section]\nregion = 'x'\n", "section"}, {"region = []\n", "region"}, {"region = 1.5\n", "region"},
                             {"help = true\n", "help"}, {"threads = 'many'\n", "threads"}, {"log-level = 'loud'\n", "loud"}, {"max-requests = -1\n", "max-requests"}, {"max-connections = 0\n", "max-connections"}, {"threads = -1\n", "threads"}, {"\nregion = \n", "line 2"}}) {
    configure(text);
    auto parsed = serve();
    EXPECT_FALSE(parsed.run) << text;
    EXPECT_NE(parsed.exit_code, 0) << text;
    EXPECT_THAT(said_, HasSubstr(named)) << text;
  }
}

TEST_F(OptionsTest, AFileThatIsNotThere) {
  EXPECT_FALSE(serve().run);
  EXPECT_THAT(said_, HasSubstr(path_.string()));
}

TEST_F(OptionsTest, CommandsThatAreNone) {
  for (std::vector<std::string> bad : {std::vector<std::string>{}, {"surf"}, {"serve", "--unknown"}, {"serve", "--log-level", "loud"}, {"account"}, {"account", "create"}, {"credentials", "--format", "xml"}, {"serve", "--threads", "x"}}) {
    auto parsed = parse(bad);
    EXPECT_FALSE(parsed.run);
    EXPECT_NE(parsed.exit_code, 0);
    EXPECT_NE(said_, "");
  }
}

TEST_F(OptionsTest, HelpAndVersionAreNoErrors) {
  for (std::vector<std::string> asked : {std::vector<std::string>{"--help"}, {"--version"}, {"serve", "--help"}}) {
    auto parsed = parse(asked);
    EXPECT_FALSE(parsed.run);
    EXPECT_EQ(parsed.exit_code, 0);
    EXPECT_NE(said_, "");
  }
}

TEST_F(OptionsTest, OtherCommands) {
  EXPECT_EQ(good(parse({"account", "create", "bob"})).account_name, "bob");
  EXPECT_EQ(good(parse({"credentials", "--format", "profile"})).credentials_format, "profile");
  EXPECT_TRUE(good(parse({"check", "--repair", "--data", "/d"})).repair);
  good(parse({"doctor"}));
  good(parse({"ca"}));
}

}  // namespace
}  // namespace server
