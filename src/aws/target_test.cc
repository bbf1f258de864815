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

// What of a presigned query becomes a header.
TEST(Target, PromotesParametersOfPresignedRequests) {
  auto promoted = [](std::string target, const http::testing::Headers& headers = {}) {
    http::testing::FakeExchange exchange("PUT", target, headers);
    Call call{exchange};
    EXPECT_TRUE(read_target(call));
    promote_parameters(call);
    std::string out;
    for (size_t i = 0; i < exchange.head().field_count(); i++) out += std::string(exchange.head().field(i).name) + "=" + std::string(exchange.head().field(i).value) + "&";
    return out;
  };
  EXPECT_EQ(promoted("/?x-amz-acl=private"), "");
  EXPECT_EQ(promoted("/?X-Amz-Acl=private&X-Amz-Meta-A=a+b&acl&X-Amz-Signature=x"), "x-amz-acl=private&x-amz-meta-a=a b&");
  EXPECT_EQ(promoted("/?x-amz-acl=private&Signature=x&AWSAccessKeyId=y"), "x-amz-acl=private&");
  EXPECT_EQ(promoted("/?x-amz-acl=private&x-amz-acl=public-read&X-Amz-Signature=x"), "x-amz-acl=private&");
  EXPECT_EQ(promoted("/?x-amz-acl=private&X-Amz-Signature=x", {{"x-amz-acl", "public-read"}}), "x-amz-acl=public-read&");
  EXPECT_EQ(promoted("/?X-Amz-Date=1&X-Amz-Expires=1&X-Amz-Content-Sha256=1&x-amz-checksum-crc32=1&X-Amz-Security-Token=1&X-Amz-Signature=x"), "");
  EXPECT_EQ(promoted("/?x-amz-a%0d%0ab=1&x-amz-a=1%0d%0ab:2&x-amz-b%3a=1&X-Amz-Signature=x"), "");
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
