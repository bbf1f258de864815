// Tags, in headers and documents.
#include "s3/tags.h"

#include <gmock/gmock.h>

namespace s3 {
namespace {

using aws::ErrorCode;

std::string query_of(size_t count) {
  std::string query;
  for (size_t i = 0; i < count; i++) query += (i ? "&k" : "k") + std::to_string(i) + "=v";
  return query;
}

std::string tagging(std::string_view tags) { return "<Tagging><TagSet>" + std::string(tags) + "</TagSet></Tagging>"; }

TEST(Tags, OfHeadersAreDecoded) {
  EXPECT_EQ(parse_tagging_header("color=red&empty=&a%20b=1%2B1%3D2").value(), (Pairs{{"color", "red"}, {"empty", ""}, {"a b", "1+1=2"}}));
  EXPECT_EQ(parse_tagging_header("").value(), Pairs());
  EXPECT_EQ(parse_tagging_header("a=%zz").error().code, ErrorCode::invalid_argument);
}

TEST(Tags, HaveLimits) {
  EXPECT_TRUE(parse_tagging_header(query_of(max_object_tags)));
  EXPECT_EQ(parse_tagging_header(query_of(max_object_tags + 1)).error().code, ErrorCode::bad_request);
  EXPECT_TRUE(parse_tagging_header(std::string(128, 'k') + "=" + std::string(256, 'v')));
  EXPECT_FALSE(parse_tagging_header(std::string(129, 'k') + "=v"));
  EXPECT_FALSE(parse_tagging_header("k=" + std::string(257, 'v')));
  std::string emoji;  // two UTF-16 units each
  for (int i = 0; i < 64; i++) emoji += "\xf0\x9f\x98\x80";
  EXPECT_TRUE(parse_tagging_header(emoji + "=v"));
  EXPECT_FALSE(parse_tagging_header(emoji + "k=v"));
}

TEST(Tags, KeepToTheirCharacters) {
  EXPECT_TRUE(parse_tagging_header("%C3%A9 -%3D._:/@=%E4%B8%AD"));
  for (auto bad : {"a?=1", "a%3C=1", "k=a?b", "=v", "aws:k=v", "AWS:k=v", "a=1&a=2", "k=%0A"})
    EXPECT_EQ(parse_tagging_header(bad).error().code, ErrorCode::invalid_tag) << bad;
}

TEST(Tags, OfDocumentsComeBack) {
  Pairs tags{{"color", "red"}, {"empty", ""}, {"\xc3\xa9 +-=._:/@", "\xe4\xb8\xad 1+1=2"}};
  EXPECT_EQ(tags_from_xml(tags_to_xml(tags), max_bucket_tags).value(), tags);
  EXPECT_EQ(tags_from_xml(tagging(""), 1).value(), Pairs());
}

TEST(Tags, OfDocumentsThatAreNoneAreRefused) {
  for (auto& text : {std::string(), std::string("<Tagging>"), std::string("<x/>"), std::string("<Tagging/>"), tagging("<Tag/>"),
                     tagging("<Tag><Key>a</Key></Tag>"), tagging("<x><Key>a</Key><Value>b</Value></x>")})
    EXPECT_EQ(tags_from_xml(text, 10).error().code, ErrorCode::malformed_xml) << text;
  std::string one = "<Tag><Key>a</Key><Value>b</Value></Tag>", two = "<Tag><Key>c</Key><Value/></Tag>";
  EXPECT_EQ(tags_from_xml(tagging(one + one), 10).error().code, ErrorCode::invalid_tag);
  EXPECT_TRUE(tags_from_xml(tagging(one + two), 2));
  EXPECT_EQ(tags_from_xml(tagging(one + two), 1).error().code, ErrorCode::bad_request);
}

}  // namespace
}  // namespace s3
