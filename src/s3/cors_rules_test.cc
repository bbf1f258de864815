// CORS rules: what is accepted, and what they match.
#include "s3/cors_rules.h"

#include <gmock/gmock.h>

#include "s3/cors.h"

namespace s3 {
namespace {

using aws::ErrorCode;

std::string rule(std::string_view inner) { return "<CORSRule>" + std::string(inner) + "</CORSRule>"; }
std::string rules(std::string_view inner) { return "<CORSConfiguration>" + std::string(inner) + "</CORSConfiguration>"; }
const std::string any_get = "<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>";

TEST(CorsRules, ComeBack) {
  auto document = rules(rule("<ID>one</ID><AllowedHeader>x-*</AllowedHeader><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>"
                             "<AllowedOrigin>http://a.test</AllowedOrigin><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>30</MaxAgeSeconds>") +
                        rule(any_get));
  auto read = cors_rules_from_xml(document).value();
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].id, "one");
  EXPECT_EQ(read[0].max_age_seconds, 30u);
  EXPECT_EQ(read[1].max_age_seconds, std::nullopt);
  auto again = cors_rules_from_xml(cors_rules_to_xml(read)).value();
  EXPECT_EQ(cors_rules_to_xml(again), cors_rules_to_xml(read));
  EXPECT_EQ(again[0].methods, (std::vector<std::string>{"PUT", "POST"}));
}

TEST(CorsRules, ThatAreMalformedAreRefused) {
  for (auto& text : {std::string(), std::string("<x/>"), rules(""), rules("<x/>"), rules(rule("")), rules(rule("<AllowedMethod>GET</AllowedMethod>")),
                     rules(rule(any_get + "<MaxAgeSeconds>-1</MaxAgeSeconds>")), rules(rule(any_get + "<Unknown/>"))})
    EXPECT_EQ(cors_rules_from_xml(text).error().code, ErrorCode::malformed_xml) << text;
}

TEST(CorsRules, ThatAmazonForbidsAreRefused) {
  for (auto& inner : {std::string("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod>"),
                      std::string("<AllowedOrigin>http://*.*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"),
                      any_get + "<AllowedHeader>*-*</AllowedHeader>", any_get + "<ExposeHeader>x-*</ExposeHeader>",
                      any_get + "<ID>" + std::string(256, 'i') + "</ID>"})
    EXPECT_EQ(cors_rules_from_xml(rules(rule(inner))).error().code, ErrorCode::invalid_request) << inner;
  std::string many;
  for (size_t i = 0; i < max_cors_rules; i++) many += rule(any_get);
  EXPECT_TRUE(cors_rules_from_xml(rules(many)));
  EXPECT_FALSE(cors_rules_from_xml(rules(many + rule(any_get))));
}

TEST(CorsRules, MatchWithOneWildcard) {
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("https://*.example.org", "https://a.b.example.org"));
  EXPECT_FALSE(matches_pattern("https://*.example.org", "https://example.org"));
  EXPECT_FALSE(matches_pattern("https://*.example.org", "https://a.example.org.evil.test"));
  EXPECT_FALSE(matches_pattern("ab*ba", "aba"));  // the ends may not overlap
  EXPECT_FALSE(matches_pattern("http://a.test", "http://a.test:81"));
}

TEST(CorsRules, AreTriedInTheirOrder) {
  std::vector<CorsRule> list = {{"1", {"http://a.test"}, {"PUT"}, {"X-Amz-*", "content-type"}, {}, {}}, {"2", {"http://a.test", "*"}, {"PUT", "GET"}, {}, {}, {}}};
  auto found = [&](std::string_view origin, std::string_view method, std::vector<std::string> headers) {
    auto match = find_cors_rule(list, origin, method, headers);
    return match ? match->rule->id + std::string(match->origin_pattern) : "";
  };
  EXPECT_EQ(found("http://a.test", "PUT", {"x-amz-meta-n", "Content-Type"}), "1http://a.test");
  EXPECT_EQ(found("http://a.test", "GET", {}), "2http://a.test");
  EXPECT_EQ(found("http://b.test", "PUT", {}), "2*");
  EXPECT_EQ(found("http://b.test", "PUT", {"x-amz-meta-n"}), "");
  EXPECT_EQ(found("http://b.test", "DELETE", {}), "");
}

TEST(CorsHeaders, NameTheOriginUnlessAnyMayAsk) {
  BucketRecord bucket;
  EXPECT_FALSE(cors_headers(Bucket(bucket), "http://a.test", "GET"));
  bucket.set_document("cors", rules(rule("<AllowedOrigin>http://a.test</AllowedOrigin><AllowedMethod>GET</AllowedMethod><ExposeHeader>ETag</ExposeHeader>") +
                                    rule(any_get)));
  auto named = cors_headers(Bucket(bucket), "http://a.test", "GET").value();
  EXPECT_EQ(named.find("Access-Control-Allow-Origin"), "http://a.test");
  EXPECT_EQ(named.find("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(named.find("Access-Control-Expose-Headers"), "ETag");
  EXPECT_THAT(std::string(named.find("Vary").value_or("")), testing::HasSubstr("Origin"));
  auto any = cors_headers(Bucket(bucket), "http://b.test", "GET").value();
  EXPECT_EQ(any.find("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(any.find("Access-Control-Allow-Credentials"), std::nullopt);
  EXPECT_FALSE(cors_headers(Bucket(bucket), "http://a.test", "PUT"));
}

}  // namespace
}  // namespace s3
