// Command line and configuration file: what wins, and what is refused.
#include "server/options.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace server {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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

TEST_F(OptionsTest, PathsMayBeginWithTheHomeFolder) {
  configure("data = '~/cloud'\naccess-log = '~/log'\n");
  auto options = good(serve());
  EXPECT_EQ(options.data, "/home/alice/cloud");
  EXPECT_EQ(options.access_log, "/home/alice/log");
  EXPECT_EQ(good(parse({"check", "--data", "~/x"})).data, "/home/alice/x");
}

TEST_F(OptionsTest, ValuesAreChecked) {
  for (auto [text, named] : {std::pair{"region = 'US East'\n", "region: \"US East\" is not a region"}, {"host = ['a.example', 'b_c']\n", "host: \"b_c\" is not a host name"},
                             {"listen = 'my.host:80'\n", "listen: \"my.host:80\" is not an address"}}) {
    configure(text);
    EXPECT_EQ(serve().exit_code, 2) << text;
    EXPECT_THAT(said_, HasSubstr(path_.string() + ": " + named));
  }
  for (auto [option, value] : {std::pair{"--region", "US"}, {"--host", "-"}, {"--listen", "80"}}) {
    EXPECT_EQ(parse({"serve", option, value}).exit_code, 2);
    EXPECT_THAT(said_, HasSubstr("cumulet: " + std::string(option) + ": \"" + value + "\" is not"));
  }
  EXPECT_THAT(good(parse({"serve", "--listen", "localhost:80"})).listen, ElementsAre("localhost:80"));
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
                             {"help = true\n", "help"}, {"threads = 'many'\n", "threads"}, {"log-level = 'loud'\n", "loud"}, {"max-requests = -1\n", "max-requests"}, {"max-connections = 0\n", "max-connections"}, {"threads = -1\n", "threads"}, {"\nregion = \n", "line 2"}, {"regoin = 'x'\n", "did you mean \"region\"?"}, {"no-sigv2 = 'maybe'\n", "no-sigv2"}, {"region = ['a', 'b']\n", "region"}}) {
    configure(text);
    auto parsed = serve();
    EXPECT_FALSE(parsed.run) << text;
    EXPECT_EQ(parsed.exit_code, 2) << text;
    EXPECT_THAT(said_, AllOf(HasSubstr("cumulet: "), HasSubstr(path_.string()))) << text;
    EXPECT_THAT(said_, HasSubstr(named)) << text;
  }
}

TEST_F(OptionsTest, AValueOfTheWrongKindIsNamedWithWhatIsTaken) {
  for (auto [text, said] : {std::pair{"threads = '4'", "\"threads\" is the text \"4\"; it takes a whole number, without quotes, such as: threads = 4\n"},
                            {"threads = 1.5", "\"threads\" is a number with a fraction; it takes a whole number"},
                            {"threads = [1]", "\"threads\" is a list; it takes a whole number"},
                            {"no-sigv2 = 'yes'", "\"no-sigv2\" is the text \"yes\"; it takes true or false, without quotes, such as: no-sigv2 = true\n"},
                            {"no-sigv2 = 'true'", "\"no-sigv2\" is the text \"true\"; it takes"},
                            {"no-sigv2 = 1", "\"no-sigv2\" is the number 1; it takes true or false"},
                            {"region = 5", "\"region\" is the number 5; it takes text between quotes, such as: region = \"us-east-1\"\n"},
                            {"region = true", "\"region\" is true; it takes text"},
                            {"region = ['us-east-1']", "\"region\" is a list; it takes text"},
                            {"listen = [1]", "\"listen\" holds the number 1; it takes a list of texts between quotes, such as: listen = [\"127.0.0.1:4566\"]\n"},
                            {"listen = ['127.0.0.1:1', ['127.0.0.1:2']]", "\"listen\" holds a list; it takes a list of texts"},
                            {"listen = []", "\"listen\" is an empty list; it takes a list of texts"},
                            {"listen = 4566", "\"listen\" is the number 4566; it takes a list of texts"},
                            {"host = {}", "\"host\" is a table; it takes a list of texts between quotes, such as: host = [\"s3.example.com\"]"},
                            {"data = 7", "\"data\" is the number 7; it takes text between quotes, such as: data = \"/srv/cumulet\"\n"},
                            {"data = 2026-01-01", "\"data\" is a date or a time; it takes text"}}) {
    configure("# settings\n" + std::string(text) + "\n");
    EXPECT_EQ(serve().exit_code, 2) << text;
    EXPECT_THAT(said_, HasSubstr("cumulet: --config: " + path_.string() + ", line 2: " + said)) << text;
  }
}

TEST_F(OptionsTest, AValueOfTheWrongKindIsRefusedAlsoWhereAFlagWins) {
  configure("threads = '4'\n");
  EXPECT_EQ(serve({"--threads", "2"}).exit_code, 2);
}

TEST_F(OptionsTest, TextWithoutQuotes) {
  for (auto text : {"listen = [127.0.0.1:14568]\n", "\nregion = eu-west-1\n", "listen = [\n  127.0.0.1:14568,\n]\n", "data = /srv\n"}) {
    configure(text);
    EXPECT_EQ(serve().exit_code, 2) << text;
    EXPECT_THAT(said_, HasSubstr("; text stands between quotes, such as: listen = [\"127.0.0.1:4566\"]")) << text;
  }
  configure("region = 'eu\n");
  EXPECT_EQ(serve().exit_code, 2);
  EXPECT_THAT(said_, Not(HasSubstr("between quotes")));
}

TEST_F(OptionsTest, AFolderIsNoFileOfSettings) {
  auto folder = std::filesystem::temp_directory_path().string();
  EXPECT_EQ(parse({"serve", "--config", folder}).exit_code, 2);
  EXPECT_THAT(said_, HasSubstr("--config: " + folder + " is a folder; give a TOML file"));
}

TEST_F(OptionsTest, ADataFolderHasAName) {
  for (auto command : {"serve", "credentials", "check", "doctor"}) {
    EXPECT_EQ(parse({command, "--data", ""}).exit_code, 2) << command;
    EXPECT_THAT(said_, HasSubstr("--data: the folder's name is empty")) << command;
  }
  configure("data = ''\n");
  EXPECT_EQ(serve().exit_code, 2);
  EXPECT_THAT(said_, HasSubstr("data: the folder's name is empty"));
}

TEST_F(OptionsTest, AFileThatIsNotThere) {
  EXPECT_FALSE(serve().run);
  EXPECT_THAT(said_, HasSubstr("--config: " + path_.string() + " cannot be read: No such file or directory"));
}

TEST_F(OptionsTest, WhatIsWrongIsSaidInPlainWords) {
  struct Case {
    std::vector<std::string> arguments;
    std::string said;
  };
  for (auto& [arguments, said] : std::initializer_list<Case>{
           {{}, "\"cumulet\" needs a command after it.\nCommands of \"cumulet\": serve, credentials, account, check, doctor, ca.\n\"cumulet --help\" says more.\n"},
           {{"frob"}, "there is no command \"frob\".\nCommands of \"cumulet\": serve, "},
           {{"serv"}, "there is no command \"serv\"; did you mean \"serve\"?\nCommands"},
           {{"frob", "--data", "x"}, "there is no command \"frob\""},
           {{"--datta"}, "\"cumulet\" has no option --datta."},
           {{"--data", "x", "serve"}, "--data has to come after the command: \"cumulet serve --data\"."},
           {{"serve", "--prot=1"}, "\"cumulet serve\" has no option --prot."},
           {{"serve", "--hosts", "x"}, "\"cumulet serve\" has no option --hosts; did you mean \"--host\"?\n\"cumulet serve --help\" says more."},
           {{"serve", "--port", "9000"}, "\"cumulet serve\" has no option --port; address and port are given together: --listen 127.0.0.1:4566\n"},
           {{"serve", "--bind=0.0.0.0"}, "has no option --bind; address and port are given together"},
           {{"check", "--port", "9000"}, "\"cumulet check\" has no option --port.\n"},
           {{"account", "create", "al ice"}, "\"al ice\" is not the name of an account: give 1 to 64 letters, digits and +=,.@_-\n"},
           {{"credentials", "alice"}, "\"cumulet credentials\" does not know what to do with \"alice\". It prints the root account's key pair, the only one that is kept"},
           {{"account", "create", "x", "--format", "csv"}, "give text, env, profile or json"},
           {{"check", "now"}, "\"cumulet check\" does not know what to do with \"now\"."},
           {{"serve", "--data"}, "--data needs a value after it: --data DIR."},
           {{"serve", "--data", "a", "--data", "b"}, "--data is given more than once; give it once."},
           {{"serve", "--log-level", "loud"}, "--log-level: \"loud\" is not one of its values: give debug, info, warning or error"},
           {{"serve", "--no-sigv2=maybe"}, "--no-sigv2 takes no value; give it alone."},
           {{"serve", "--threads", "x"}, "--threads: \"x\" is not a whole number from 0 to 1024"},
           {{"credentials", "--format", "xml"}, "give env, profile or csv"},
           {{"account"}, "\"cumulet account\" needs a command after it.\nCommands of \"cumulet account\": create, list, delete."},
           {{"account", "crate", "x"}, "there is no command \"crate\"; did you mean \"create\"?"},
           {{"account", "create"}, "\"cumulet account create\" needs more: cumulet account create NAME"},
           {{"account", "delete"}, "\"cumulet account delete\" needs more: cumulet account delete NAME"},
           {{"account", "list", "--format", "xml"}, "give text or json"},
           {{"credentials", "--region", "EU"}, "--region: \"EU\" is not a region"},
           {{"account", "create", "a", "b"}, "does not know what to do with \"b\""}}) {
    auto parsed = parse(arguments);
    EXPECT_FALSE(parsed.run) << said;
    EXPECT_EQ(parsed.exit_code, 2) << said;
    EXPECT_THAT(said_, AllOf(StartsWith("cumulet: "), HasSubstr(said)));
    for (auto jargon : {"TEXT", "REQUIRED", "argument", "INT", "Run with"}) EXPECT_THAT(said_, Not(HasSubstr(jargon)));
  }
}

TEST_F(OptionsTest, HelpAndVersionAreNoErrors) {
  for (std::vector<std::string> asked : {std::vector<std::string>{"--help"}, {"--version"}, {"serve", "--help"}}) {
    auto parsed = parse(asked);
    EXPECT_FALSE(parsed.run);
    EXPECT_EQ(parsed.exit_code, 0);
    EXPECT_NE(said_, "");
    for (auto jargon : {"TEXT", "REQUIRED", "SUBCOMMAND", "Subcommands", "UINT"}) EXPECT_THAT(said_, Not(HasSubstr(jargon)));
  }
}

TEST_F(OptionsTest, HelpSaysWhatAnOptionTakes) {
  parse({"serve", "--help"});
  EXPECT_THAT(said_, HasSubstr("--listen ADDR:PORT"));
  EXPECT_THAT(said_, HasSubstr("default: 127.0.0.1:4566"));
  EXPECT_THAT(said_, HasSubstr("--data DIR"));
  parse({"account", "create", "--help"});
  EXPECT_THAT(said_, HasSubstr("NAME"));
  parse({"--help"});
  EXPECT_THAT(said_, HasSubstr("Commands:"));
  EXPECT_THAT(said_, HasSubstr("Exit status: 0 "));
}

TEST_F(OptionsTest, OtherCommands) {
  EXPECT_EQ(good(parse({"account", "create", "bob"})).account_name, "bob");
  EXPECT_EQ(good(parse({"account", "delete", "bob", "--format", "json"})).account_format, "json");
  EXPECT_EQ(good(parse({"account", "list"})).account_format, "text");
  EXPECT_EQ(good(parse({"credentials", "--format", "profile"})).credentials_format, "profile");
  EXPECT_EQ(good(parse({"credentials", "--region", "eu-west-1"})).credentials_region, "eu-west-1");
  EXPECT_EQ(good(parse({"credentials"})).credentials_region, "");
  EXPECT_TRUE(good(parse({"check", "--repair", "--data", "/d"})).repair);
  good(parse({"doctor"}));
  good(parse({"ca"}));
}

}  // namespace
}  // namespace server
