// How a copy names its source.
#include "s3/copy_source.h"

#include <gtest/gtest.h>

namespace s3 {
namespace {

std::string parsed(std::string_view header) {
  auto source = parse_copy_source(header);
  return source ? source->bucket + " " + source->key : std::string(aws::row(source.error().code).name);
}

TEST(CopySourceTest, BucketAndKey) {
  EXPECT_EQ(parsed("b/k"), "b k");
  EXPECT_EQ(parsed("/b/k"), "b k");
  EXPECT_EQ(parsed("%2Fb%2Fk"), "b k");
  EXPECT_EQ(parsed("b//k/"), "b /k/");
  EXPECT_EQ(parsed("b/.."), "b ..");
}

TEST(CopySourceTest, DecodedOnce) {
  EXPECT_EQ(parsed("b/a%2520b"), "b a%20b");
  EXPECT_EQ(parsed("b/a+b"), "b a+b");
  EXPECT_EQ(parsed("b/a%3Fb"), "b a?b");
  EXPECT_EQ(parsed("b/%C3%A9"), "b \u00e9");
}

TEST(CopySourceTest, OneVersionIsThere) {
  EXPECT_EQ(parsed("b/k?versionId=null"), "b k");
  EXPECT_EQ(parsed("b/k?versionId="), "InvalidArgument");
  EXPECT_EQ(parsed("b/k?versionId=3sL4kqtJlcpXroDTDmJ"), "InvalidArgument");
  EXPECT_EQ(parsed("b/k%3FversionId=x"), "b k?versionId=x");
}

TEST(CopySourceTest, WhatIsNone) {
  for (auto header : {"", "/", "b", "/b", "b/", "//k", "b/%", "b/%zz"}) EXPECT_EQ(parsed(header), "InvalidArgument") << header;
  EXPECT_EQ(parsed("b/%ff"), "InvalidURI");
  EXPECT_EQ(parsed("b/" + std::string(1025, 'k')), "KeyTooLongError");
}

}  // namespace
}  // namespace s3
