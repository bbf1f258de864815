// Keys in the store keep the order of S3's, and come back as they were.
#include "s3/keyspace.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

namespace s3 {
namespace {

using namespace std::string_literals;

TEST(Keyspace, UploadKeysKeepOrderAndContent) {
  std::vector<std::string> keys = {""s, "\0"s, "\0\1"s, "\0a"s, "\1"s, "a"s, "a\0"s, "a\0b"s, "a/"s, "ab"s, "\xff"s};
  std::ranges::sort(keys);
  for (size_t i = 0; i < keys.size(); i++) {
    auto place = parse_upload_key(upload_key(keys[i], "id"));
    ASSERT_TRUE(place);
    EXPECT_EQ(place->key, keys[i]);
    EXPECT_EQ(place->upload_id, "id");
    if (i) EXPECT_LT(upload_key(keys[i - 1], "z"), upload_key(keys[i], "a"));
  }
  EXPECT_FALSE(parse_upload_key("u"));
  EXPECT_FALSE(parse_upload_key("uabc"));
}

TEST(Keyspace, PartsAreInOrderOfTheirNumbers) {
  EXPECT_LT(part_key("id", 255), part_key("id", 256));
  EXPECT_LT(part_key("id", 9), part_key("id", 10'000));
}

TEST(Keyspace, KnowsWhatFollowsAPrefix) {
  EXPECT_EQ(after_prefix("a/"), "a0");
  EXPECT_EQ(after_prefix("a\xff"), "b");
  EXPECT_EQ(after_prefix("\xff\xff"), "");
}

}  // namespace
}  // namespace s3
