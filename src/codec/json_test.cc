// JSON from outside, and JSON for logs.
#include "codec/json.h"

#include <gmock/gmock.h>

namespace codec {
namespace {

TEST(Json, ReadsAPostPolicy) {
  auto policy = parse_json(R"({ "expiration": "2026-12-01T12:00:00.000Z", "conditions": [ {"bucket": "b"}, ["starts-with", "$key", "user/"], ["content-length-range", 0, 18446744073709551615], ["n", -1.5, true, null] ] })");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->find("expiration")->text(), "2026-12-01T12:00:00.000Z");
  auto conditions = policy->find("conditions")->items();
  ASSERT_EQ(conditions.size(), 4u);
  EXPECT_EQ(conditions[0].members()[0].name, "bucket");
  EXPECT_EQ(conditions[1].items()[1].text(), "$key");
  EXPECT_TRUE(conditions[2].items()[2].is(Json::Kind::number));
  EXPECT_EQ(parse_u64(conditions[2].items()[2].text()), UINT64_MAX);
  EXPECT_EQ(conditions[3].items()[1].number(), -1.5);
  EXPECT_TRUE(conditions[3].items()[2].boolean());
  EXPECT_TRUE(conditions[3].items()[3].is(Json::Kind::null));
  EXPECT_FALSE(policy->find("none"));
  EXPECT_FALSE(conditions[1].find("$key"));
}

TEST(Json, KeepsTheOrderOfMembers) {
  std::string names;
  for (auto& member : parse_json(R"({"z":1,"a":2,"m":3})")->members()) names += member.name;
  EXPECT_EQ(names, "zam");
}

TEST(Json, RefusesWhatIsNone) {
  for (auto bad : {"", "{", "[1,]", "{'a':1}", "{\"a\":1}x", "[1] [2]", "nul", "01", "\"\x01\"", "\"\xff\"", "\"\\ud800\"", "[NaN]", "// c\n1"})
    EXPECT_FALSE(parse_json(bad)) << bad;
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
  EXPECT_FALSE(parse_json(std::string(33, '[') + std::string(33, ']')));
}

TEST(Json, WritesWhatItCanReadBack) {
  JsonWriter json;
  json.begin_object();
  json.member("text", "a\"\\\n\x01é😀");
  json.member("yes", true);
  json.key("list");
  json.begin_array();
  json.value(-3);
  json.value(2.5);
  json.null();
  json.begin_object();
  json.end_object();
  json.end_array();
  json.member("last", std::string("x"));
  json.end_object();
  auto text = std::move(json).str();
  EXPECT_EQ(text, "{\"text\":\"a\\\"\\\\\\n\\u0001é😀\",\"yes\":true,\"list\":[-3,2.5,null,{}],\"last\":\"x\"}");
  EXPECT_EQ(parse_json(text)->find("text")->text(), "a\"\\\n\x01é😀");
}

TEST(Json, WritesBytesThatAreNoTextAsReplacements) {
  std::string out;
  append_json_string(out, "a\xff\xe2\x82" "b");
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" "b\"");
  EXPECT_TRUE(parse_json(out));
}

}  // namespace
}  // namespace codec
