// Where requests point, whatever form their target has.
#include "aws/target.h"

#include <gtest/gtest.h>

#include "http/testing/fake_exchange.h"

namespace aws {
namespace {

// "path|name=value&", or the error's name.
std::string parsed(std::string_view target) {
  http::testing::FakeExchange exchange("GET", target);
  Call call{exchange};
  if (auto read = read_target(call); !read) return std::string(row(read.error().code).name);
  auto out = call.path + "|";
  for (auto& parameter : call.query.all()) out += parameter.name + (parameter.has_value ? "=" : "") + parameter.value + "&";
  return out;
}

TEST(Target, IsAPathWithAQuery) {
  EXPECT_EQ(parsed("/"), "/|");
  EXPECT_EQ(parsed("/b/a%20b+c"), "/b/a b+c|");
  EXPECT_EQ(parsed("/b?acl"), "/b|acl&");
  EXPECT_EQ(parsed("/b?prefix=a+b%2F&x=?/"), "/b|prefix=a b/&x=?/&");
  EXPECT_EQ(parsed("/b?"), "/b|");
}

TEST(Target, MayNameTheServer) {
  EXPECT_EQ(parsed("http://h/b/k?acl"), "/b/k|acl&");
  EXPECT_EQ(parsed("https://h:80/"), "/|");
  EXPECT_EQ(parsed("http://h"), "/|");
  EXPECT_EQ(parsed("http://h?acl"), "/|acl&");
  EXPECT_EQ(parsed("http://h?prefix=/a"), "/|prefix=/a&");
}

TEST(Target, IsRefusedInOtherForms) {
  for (auto bad : {"", "b/k", "*", "h:443", "ftp://h/", "/%", "/%zz", "/b?x=%f"}) EXPECT_EQ(parsed(bad), "InvalidURI") << bad;
  std::string many = "/?";
  for (size_t i = 0; i <= codec::Query::limit; i++) many += "a&";
  EXPECT_EQ(parsed(many), "InvalidURI");
}

TEST(Target, HasOneHost) {
  auto host = [](http::testing::Headers headers, int version = 11) {
    http::RequestHead head;
    head.set_start("GET", "/", version);
    for (auto& [name, value] : headers) head.add_field(name, value);
    http::testing::FakeExchange exchange(head);
    Call call{exchange};
    auto read = read_host(call);
    return read ? "<" + call.host + ">" : std::string(row(read.error().code).name);
  };
  EXPECT_EQ(host({{"host", "a:80"}}), "<a:80>");
  EXPECT_EQ(host({{"Host", ""}}), "<>");
  EXPECT_EQ(host({}), "BadRequest");
  EXPECT_EQ(host({}, 10), "<>");
  EXPECT_EQ(host({{"Host", "a"}, {"HOST", "a"}}), "BadRequest");
}

}  // namespace
}  // namespace aws
