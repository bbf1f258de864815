// What values of settings may be.
#include "server/setting_values.h"

#include <gmock/gmock.h>
#include <stdlib.h>

namespace server {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(SettingValues, Regions) {
  for (auto good : {"us-east-1", "eu-central-1", "home", "1"}) EXPECT_EQ(check_region(good), "") << good;
  for (auto bad : {"", "US-EAST-1", "us east", "us_east_1", "us/east", "\xc3\xa4"}) EXPECT_THAT(check_region(bad), HasSubstr("such as us-east-1")) << bad;
}

TEST(SettingValues, HostNames) {
  for (auto& good : {std::string("s3.example.com"), std::string("localhost"), std::string("A-1.b"), std::string("3com.example"), std::string(63, 'x')}) EXPECT_EQ(check_host(good), "") << good;
  std::string long_name;
  for (int i = 0; i < 130; i++) long_name += i ? ".a" : "a";
  for (auto& bad : {std::string(), std::string("a..b"), std::string(".a"), std::string("a."), std::string("-a"), std::string("a-.b"), std::string("a_b"), std::string("a:80"),
                    std::string("http://a"), std::string("a b"), std::string(64, 'x'), long_name})
    EXPECT_THAT(check_host(bad), HasSubstr("such as s3.example.com")) << bad;
}

TEST(SettingValues, AddressesToListenOn) {
  for (auto good : {"127.0.0.1:4566", "0.0.0.0:0", "[::1]:65535", "::1:80", "[fe80::1%eth0]:1", "localhost:4566"}) EXPECT_EQ(check_listen(good), "") << good;
  for (auto bad : {"", "4566", ":4566", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http", "my.host:80", "localhost", "[127.0.0.1:80", "localhost.:80"})
    EXPECT_THAT(check_listen(bad), HasSubstr("--host")) << bad;
}

TEST(SettingValues, LocalhostInNumbers) {
  EXPECT_THAT(numeric_addresses({"localhost:4566", "10.0.0.1:80"}),
              AnyOf(ElementsAre("127.0.0.1:4566", "[::1]:4566", "10.0.0.1:80"), ElementsAre("127.0.0.1:4566", "10.0.0.1:80")));
  EXPECT_THAT(numeric_addresses({"localhost:0"}), ElementsAre("127.0.0.1:0"));
}

TEST(SettingValues, NumbersAndChoices) {
  EXPECT_EQ(check_number("0", 0, 5), "");
  EXPECT_EQ(check_number("5", 0, 5), "");
  for (auto bad : {"", "6", "-1", "x", "1.5", "99999999999999999999"}) EXPECT_THAT(check_number(bad, 0, 5), HasSubstr("from 0 to 5")) << bad;
  EXPECT_EQ(check_choice("b", {"a", "b", "c"}), "");
  EXPECT_EQ(check_choice("d", {"a", "b", "c"}), "\"d\" is not one of its values: give a, b or c");
}

TEST(SettingValues, HomeFolders) {
  setenv("HOME", "/home/alice", 1);
  EXPECT_EQ(expand_home("~/data"), "/home/alice/data");
  EXPECT_EQ(expand_home("~"), "/home/alice");
  for (auto other : {"/data", "~bob/data", "a/~/b", "./~/x", ""}) EXPECT_EQ(expand_home(other), other);
  unsetenv("HOME");
  EXPECT_EQ(expand_home("~/data"), "~/data");
}

TEST(SettingValues, NamesOfAccounts) {
  for (auto& good : {std::string("alice"), std::string("a+b@x.y"), std::string(64, 'x')}) EXPECT_EQ(check_account_name(good), "") << good;
  for (auto& bad : {std::string(), std::string("al ice"), std::string("a/b"), std::string(65, 'x')}) EXPECT_THAT(check_account_name(bad), HasSubstr("1 to 64 letters")) << bad;
}

TEST(SettingValues, TheRootsKeyPair) {
  auto id = "AKIAIOSFODNN7EXAMPLE", secret = "wJalrXUtnFEMI";
  EXPECT_EQ(check_root_key(id, secret), "");
  EXPECT_EQ(check_root_key(nullptr, nullptr), "");
  EXPECT_EQ(check_root_key("", ""), "");
  EXPECT_EQ(check_root_key(id, nullptr), "CUMULET_ROOT_ACCESS_KEY is set and CUMULET_ROOT_SECRET_KEY is not: set both, or neither");
  EXPECT_EQ(check_root_key("", secret), "CUMULET_ROOT_SECRET_KEY is set and CUMULET_ROOT_ACCESS_KEY is not: set both, or neither");
  EXPECT_THAT(check_root_key("short", secret), HasSubstr("CUMULET_ROOT_ACCESS_KEY: \"short\" is not an access key: give 16 to 128"));
  EXPECT_THAT(check_root_key(id, "geheim"), testing::AllOf(HasSubstr("CUMULET_ROOT_SECRET_KEY is not a secret key: give 8 to 128"), testing::Not(HasSubstr("geheim"))));
}

}  // namespace
}  // namespace server
