// Names, ranges and addresses, by the rules that S3 documents.
#include <gmock/gmock.h>

#include "s3/names.h"
#include "s3/range.h"
#include "s3/routing.h"

namespace s3 {
namespace {

TEST(BucketNames, KeepToTheRules) {
  for (auto good : {"myawsbucket", "my.aws.bucket", "myawsbucket.1", "a-b", "123"}) EXPECT_TRUE(check_bucket_name(good)) << good;
  for (auto bad : {"ab", ".myawsbucket", "myawsbucket.", "my..examplebucket", "192.168.5.4", "Upper", "under_score", "-a-", "a.-b", "xn--abc", "abc-s3alias"})
    EXPECT_FALSE(check_bucket_name(bad)) << bad;
  EXPECT_TRUE(check_bucket_name(std::string(63, 'a')));
  EXPECT_FALSE(check_bucket_name(std::string(64, 'a')));
}

TEST(Keys, HaveALimitAndAreText) {
  EXPECT_TRUE(check_key(std::string(1024, 'a')));
  EXPECT_EQ(check_key(std::string(1025, 'a')).error().code, aws::ErrorCode::key_too_long);
  EXPECT_FALSE(check_key("\xff"));
}

TEST(Ranges, AreOneStretchOrIgnored) {
  auto range = [](std::string_view header, uint64_t size) { return parse_range(header, size).value().value(); };
  EXPECT_EQ(range("bytes=0-0", 10).length, 1u);
  EXPECT_EQ(range("bytes=5-", 10).length, 5u);
  EXPECT_EQ(range("bytes=-3", 10).offset, 7u);
  EXPECT_EQ(range("bytes=-30", 10).offset, 0u);
  EXPECT_EQ(range("bytes=8-99", 10).length, 2u);
  for (auto ignored : {"bytes=2-1", "bytes=0-1,3-4", "items=0-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-99999999999999999999"})
    EXPECT_EQ(parse_range(ignored, 10).value(), std::nullopt) << ignored;
  for (auto beyond : {"bytes=10-", "bytes=10-11", "bytes=-0"}) EXPECT_EQ(parse_range(beyond, 10).error().code, aws::ErrorCode::invalid_range) << beyond;
  EXPECT_FALSE(parse_range("bytes=0-", 0));
  EXPECT_FALSE(parse_copy_range("bytes=0-10", 10));
  EXPECT_FALSE(parse_copy_range("bytes=0-", 10));
  EXPECT_EQ(parse_copy_range("bytes=1-9", 10)->length, 9u);
}

TEST(Locations, AreFoundInPathOrHost) {
  std::vector<std::string> hosts = {"cloud.example"};
  auto at = [&](std::string_view host, std::string_view path) {
    auto found = locate(host, path, hosts);
    return found.bucket + "|" + found.key + (found.virtual_host ? "|v" : "");
  };
  EXPECT_EQ(at("localhost:4566", "/"), "|");
  EXPECT_EQ(at("127.0.0.1:4566", "/b"), "b|");
  EXPECT_EQ(at("[::1]:4566", "/b/k//x/"), "b|k//x/");
  EXPECT_EQ(at("s3.localhost", "/b/k"), "b|k");
  EXPECT_EQ(at("s3.us-east-1.localhost", "/b/k"), "b|k");
  EXPECT_EQ(at("b.s3.localhost:80", "/k/b"), "b|k/b|v");
  EXPECT_EQ(at("my.b.1.s3.us-east-1.localhost", "/"), "my.b.1||v");
  EXPECT_EQ(at("b.cloud.example", "//k"), "b|/k|v");
  EXPECT_EQ(at("cloud.example", "/b/k"), "b|k");
}

}  // namespace
}  // namespace s3
