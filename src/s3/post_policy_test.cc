// What a form's policy says, and which forms it allows.
#include "s3/post_policy.h"

#include <gmock/gmock.h>

#include "codec/time.h"

namespace s3 {
namespace {

using aws::ErrorCode;
using Fields = std::vector<codec::FormField>;

const base::Time now = *codec::parse_iso8601("2026-11-22T10:00:00Z");

std::string with_conditions(std::string_view conditions, std::string_view expiration = "2026-11-22T10:00:01.000Z") {
  return R"({"expiration": ")" + std::string(expiration) + R"(", "conditions": [)" + std::string(conditions) + "]}";
}

// The message of the error that the form gets for its conditions, without what all begin with; "" where it is allowed.
std::string outcome(std::string_view conditions, const Fields& fields, base::Time at = now) {
  std::string all = R"({"bucket": "b"})";
  if (!conditions.empty()) (all += ", ") += conditions;
  auto policy = parse_post_policy(with_conditions(all));
  if (!policy) return policy.error().message;
  auto checked = check_post_policy(*policy, fields, "b", at);
  if (checked) return "";
  EXPECT_EQ(checked.error().code, ErrorCode::access_denied);
  return checked.error().message.substr(std::string_view("Invalid according to Policy: ").size());
}

TEST(PostPolicy, IsRead) {
  auto policy = parse_post_policy(with_conditions(R"({"ACL": "public-read"}, ["starts-with", "$Key", "user/"], ["eq", "$bucket", "b"], ["content-length-range", 1, "20"])"));
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->expiration, now + std::chrono::seconds(1));
  ASSERT_EQ(policy->conditions.size(), 3u);
  EXPECT_EQ(policy->conditions[0].field, "acl");
  EXPECT_EQ(policy->conditions[0].value, "public-read");
  EXPECT_EQ(policy->conditions[1].match, PostPolicy::Match::starts_with);
  EXPECT_EQ(policy->conditions[1].field, "key");
  EXPECT_EQ(policy->conditions[2].match, PostPolicy::Match::eq);
  EXPECT_EQ(policy->min_bytes, 1u);
  EXPECT_EQ(policy->max_bytes, 20u);
}

TEST(PostPolicy, OfSeveralRangesAllHold) {
  auto policy = parse_post_policy(with_conditions(R"(["content-length-range", 5, 20], ["content-length-range", 1, 10])"));
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->min_bytes, 5u);
  EXPECT_EQ(policy->max_bytes, 10u);
}

TEST(PostPolicy, WhatIsNotUnderstoodIsRefused) {
  for (auto conditions : {R"({})", R"({"a": "1", "b": "2"})", R"({"a": 1})", R"("a")", R"([])", R"(["eq", "$a"])", R"(["eq", "a", "b"])", R"(["eq", "$a", 1])",
                          R"(["ends-with", "$key", "a"])", R"(["content-length-range", 1])", R"(["content-length-range", -1, 5])",
                          R"(["content-length-range", 5, 1])", R"(["content-length-range", 1.5, 5])"}) {
    auto policy = parse_post_policy(with_conditions(conditions));
    ASSERT_FALSE(policy) << conditions;
    EXPECT_EQ(policy.error().code, ErrorCode::invalid_policy_document);
  }
  for (auto json : {"", "not json", "[]", "{}", R"({"conditions": []})", R"({"expiration": "2099-01-01T00:00:00Z"})", R"({"expiration": 5, "conditions": []})",
                    R"({"expiration": "tomorrow", "conditions": []})", R"({"expiration": "2099-01-01T00:00:00Z", "CONDITIONS": []})",
                    R"({"expiration": "2099-01-01T00:00:00Z", "conditions": {}})", R"({"expiration": "2099-01-01T00:00:00Z", "conditions": [], "limit": 1})"})
    EXPECT_FALSE(parse_post_policy(json)) << json;
}

TEST(PostPolicy, Expires) {
  EXPECT_EQ(outcome("", {}, now), "");
  EXPECT_EQ(outcome("", {}, now + std::chrono::seconds(1)), "Policy expired.");
}

TEST(PostPolicy, ConditionsHoldForTheirFields) {
  Fields fields{{"key", "user/a"}};
  EXPECT_EQ(outcome(R"(["eq", "$key", "user/a"])", fields), "");
  EXPECT_EQ(outcome(R"(["EQ", "$KEY", "user/a"])", fields), "");
  EXPECT_EQ(outcome(R"(["starts-with", "$key", "user/"])", fields), "");
  EXPECT_EQ(outcome(R"(["starts-with", "$key", ""])", fields), "");
  EXPECT_EQ(outcome(R"(["eq", "$key", "user/"])", fields), R"(Policy Condition failed: ["eq", "$key", "user/"])");
  EXPECT_EQ(outcome(R"(["starts-with", "$key", "admin"])", fields), R"(Policy Condition failed: ["starts-with", "$key", "admin"])");
  EXPECT_EQ(outcome(R"({"key": "user/a"}, {"key": "user/b"})", fields), R"(Policy Condition failed: ["eq", "$key", "user/b"])");
}

TEST(PostPolicy, ConditionsNeedTheirFields) {
  EXPECT_EQ(outcome(R"(["starts-with", "$x-amz-meta-n", ""])", {}), R"(Policy Condition failed: ["starts-with", "$x-amz-meta-n", ""])");
}

TEST(PostPolicy, AllFieldsOfANameAreAsAsked) {
  EXPECT_EQ(outcome(R"({"x-ignore-a": "1"})", {{"x-ignore-a", "1"}, {"X-Ignore-A", "2"}}), R"(Policy Condition failed: ["eq", "$x-ignore-a", "1"])");
}

TEST(PostPolicy, TypesInAListAreEachAsAsked) {
  auto images = R"(["starts-with", "$Content-Type", "image/"])";
  EXPECT_EQ(outcome(images, {{"content-type", "image/png, image/jpeg"}}), "");
  EXPECT_NE(outcome(images, {{"content-type", "image/png,text/html"}}), "");
  EXPECT_EQ(outcome(R"(["starts-with", "$key", "a"])", {{"key", "a,b"}}), "");
}

TEST(PostPolicy, FieldsNeedAConditionButThoseThatSign) {
  EXPECT_EQ(outcome("", {{"acl", "private"}}), "Extra input fields: acl");
  EXPECT_EQ(outcome("", {{"x-amz-date", "20261122T100000Z"}}), "Extra input fields: x-amz-date");
  EXPECT_EQ(outcome("", {{"Policy", ""}, {"X-Amz-Signature", ""}, {"AWSAccessKeyId", ""}, {"signature", ""}, {"x-ignore-a", ""}}), "");
}

TEST(PostPolicy, IsForABucket) {
  EXPECT_EQ(outcome(R"(["starts-with", "$bucket", "c"])", {}), R"(Policy Condition failed: ["starts-with", "$bucket", "c"])");
  EXPECT_EQ(outcome("", {{"bucket", "another"}}), R"(Policy Condition failed: ["eq", "$bucket", "b"])");
  auto policy = parse_post_policy(with_conditions(""));
  EXPECT_FALSE(check_post_policy(*policy, {}, "b", now));
}

}  // namespace
}  // namespace s3
