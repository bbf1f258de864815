// Who signed, and everything that makes a signature worth nothing.
#include "aws/authenticate.h"

#include <gmock/gmock.h>

#include "aws/target.h"
#include "aws/testing/signer.h"
#include "codec/time.h"

namespace aws {
namespace {

using http::testing::FakeExchange;
using testing::Headers;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AuthenticateTest : public ::testing::Test {
 protected:
  Result<Authenticated> run(std::string_view method, std::string_view target, const Headers& headers) {
    FakeExchange exchange(method, target, headers);
    Call call{exchange, now_};
    TRY_VOID(read_target(call));
    TRY_VOID(read_host(call));
    promote_parameters(call);
    call.bucket = bucket_, call.virtual_host = !bucket_.empty();
    return authenticate(call, settings_, [&](std::string_view id) { return find(id); });
  }

  // The access key, "anonymous", or the error's name.
  std::string outcome(std::string_view method, std::string_view target, const Headers& headers) {
    auto found = run(method, target, headers);
    if (!found) return std::string(row(found.error().code).name);
    return !found->caller ? "anonymous" : found->caller->access_key_id;
  }
  std::string outcome(const Headers& headers) { return outcome("GET", "/b/k", headers); }

  void set_time(std::string_view basic) { now_ = *codec::parse_basic(basic); }

  std::shared_ptr<const KeyOwner> find(std::string_view id) const {
    if (id != signer_.access_key) return nullptr;
    return std::make_shared<KeyOwner>(KeyOwner{testing::Signer().secret, {"111111111111", std::string(64, 'a'), "alice", std::string(id)}});
  }

  testing::Signer signer_;
  AuthSettings settings_;
  std::string bucket_;
  base::Time now_ = *codec::parse_basic("20130524T000000Z");
  const std::string good_ = signer_.access_key;
  const Headers host_ = {{"Host", "localhost:4566"}};
};

// AWS's own examples: Amazon S3 API Reference, "Examples: Signature Calculations", and "Authenticating Requests: Using Query
// Parameters"; Amazon S3 Developer Guide, "Signing and Authenticating REST Requests".

TEST_F(AuthenticateTest, ExampleOfAHeader) {
  Headers headers = {{"Host", "examplebucket.s3.amazonaws.com"},
                     {"Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                                       "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                       "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
                     {"Range", "bytes=0-9"},
                     {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                     {"x-amz-date", "20130524T000000Z"}};
  auto found = run("GET", "/test.txt", headers);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->caller->account_id, "111111111111");
  EXPECT_EQ(found->payload, PayloadKind::sha256);
  EXPECT_THAT(found->payload_sha256, StartsWith("e3b0"));
}

TEST_F(AuthenticateTest, ExampleOfAQuery) {
  EXPECT_EQ(outcome("GET",
                    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
                    "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"
                    "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
                    {{"Host", "examplebucket.s3.amazonaws.com"}}),
            good_);
}

TEST_F(AuthenticateTest, ExampleOfVersion2) {
  set_time("20070327T193642Z");
  bucket_ = "johnsmith";
  EXPECT_EQ(outcome("GET", "/photos/puppy.jpg",
                    {{"Host", "johnsmith.s3.amazonaws.com"},
                     {"Date", "Tue, 27 Mar 2007 19:36:42 +0000"},
                     {"Authorization", "AWS AKIAIOSFODNN7EXAMPLE:bWq2s1WEIj+Ydj0vQ697zp+IXMU="}}),
            good_);
}

TEST_F(AuthenticateTest, NobodySigned) {
  EXPECT_EQ(outcome(host_), "anonymous");
  auto chunked = run("PUT", "/b/k", {{"Host", "h"}, {"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}});
  EXPECT_EQ(chunked.value().payload, PayloadKind::chunks_unsigned_trailer);
  EXPECT_EQ(outcome({{"Host", "h"}, {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}}), "AccessDenied");
  EXPECT_EQ(outcome({{"Host", "h"}, {"x-amz-content-sha256", "nonsense"}}), "InvalidArgument");
}

// Headers of version 4.

TEST_F(AuthenticateTest, HeadersOfEveryKindOfPayload) {
  std::pair<std::string, PayloadKind> kinds[] = {{"UNSIGNED-PAYLOAD", PayloadKind::unsigned_payload},
                                                 {std::string(64, 'A'), PayloadKind::sha256},
                                                 {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", PayloadKind::chunks_signed},
                                                 {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", PayloadKind::chunks_signed_trailer},
                                                 {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", PayloadKind::chunks_unsigned_trailer}};
  for (auto& [name, kind] : kinds) {
    auto found = run("PUT", "/b/k", signer_.v4("PUT", "/b/k", {{"Host", "h"}, {"x-amz-content-sha256", name}}));
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->payload, kind) << name;
  }
  EXPECT_EQ(outcome(signer_.v4("GET", "/b/k", {{"Host", "h"}, {"x-amz-content-sha256", "SOMETHING-ELSE"}})), "InvalidArgument");
}

TEST_F(AuthenticateTest, HeadersCoverTheWholeRequest) {
  auto headers = signer_.v4("GET", "/b/a%20b?acl&x=1", {{"Host", "localhost:4566"}, {"X-Amz-Meta-A", "1"}});
  EXPECT_EQ(outcome("GET", "/b/a%20b?acl&x=1", headers), good_);
  EXPECT_EQ(outcome("GET", "/b/a%20b?x=1&acl=", headers), good_);  // the same, once it is canonical
  EXPECT_EQ(outcome("PUT", "/b/a%20b?acl&x=1", headers), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome("GET", "/b/a%20c?acl&x=1", headers), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome("GET", "/b/a%20b?acl&x=2", headers), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome("GET", "/b/a%20b?acl&x=1&y", headers), "SignatureDoesNotMatch");
  for (auto& [name, value] : headers) {
    if (name == "Authorization" || name == "x-amz-date") continue;
    auto changed = headers;
    std::ranges::find(changed, name, &Headers::value_type::first)->second += "0";
    EXPECT_EQ(outcome("GET", "/b/a%20b?acl&x=1", changed), "SignatureDoesNotMatch") << name;
  }
}

TEST_F(AuthenticateTest, AMismatchIsExplained) {
  signer_.secret += "x";
  auto error = run("GET", "/b/k", signer_.v4("GET", "/b/k", host_)).error();
  EXPECT_EQ(error.code, ErrorCode::signature_does_not_match);
  std::vector<std::string> names;
  for (auto& [name, value] : error.details) {
    names.push_back(name);
    EXPECT_EQ(value.find(signer_.secret.substr(0, 8)), value.npos);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest",
                                            "CanonicalRequestBytes"));
  EXPECT_THAT(error.details[1].second, StartsWith("AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"));
  EXPECT_THAT(error.details[4].second, StartsWith("GET\n/b/k\n"));
  EXPECT_THAT(error.details[5].second, StartsWith("47 45 54 0a 2f 62"));
}

TEST_F(AuthenticateTest, EveryAmazonHeaderIsSigned) {
  Headers headers = {{"Host", "h"}, {"X-Amz-Acl", "private"}, {"x-amz-meta-b", "1"}, {"Range", "bytes=0-1"}};
  EXPECT_EQ(outcome(signer_.v4("GET", "/b/k", headers, {"range"})), good_);
  auto refused = run("GET", "/b/k", signer_.v4("GET", "/b/k", headers, {"x-amz-acl", "x-amz-meta-b"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::access_denied);
  EXPECT_THAT(refused.error().details, ::testing::ElementsAre(std::pair<std::string, std::string>("HeadersNotSigned", "x-amz-acl, x-amz-meta-b")));
  EXPECT_EQ(outcome(signer_.v4("GET", "/b/k", headers, {"host"})), "AccessDenied");
}

TEST_F(AuthenticateTest, ClocksMayDifferByAQuarterOfAnHour) {
  auto headers = signer_.v4("GET", "/b/k", host_);
  for (auto near : {"20130524T001500Z", "20130523T234500Z"}) {
    set_time(near);
    EXPECT_EQ(outcome(headers), good_) << near;
  }
  for (auto far : {"20130524T001501Z", "20130523T234459Z", "20230524T000000Z"}) {
    set_time(far);
    EXPECT_EQ(outcome(headers), "RequestTimeTooSkewed") << far;
  }
}

TEST_F(AuthenticateTest, TheScopeIsOurs) {
  auto with = [&](auto change) {
    testing::Signer other;
    change(other);
    return outcome(other.v4("GET", "/b/k", host_));
  };
  EXPECT_EQ(with([](auto& s) { s.region = "eu-west-1"; }), "AuthorizationHeaderMalformed");
  EXPECT_EQ(with([](auto& s) { s.service = "ec2"; }), "AuthorizationHeaderMalformed");
  EXPECT_EQ(with([](auto& s) { s.access_key = "AKIAUNKNOWN"; }), "InvalidAccessKeyId");
  auto headers = signer_.v4("GET", "/b/k", host_);
  auto& authorization = headers.back().second;
  authorization.replace(authorization.find("20130524"), 8, "20130523");
  EXPECT_EQ(outcome(headers), "AuthorizationHeaderMalformed");
  settings_.region = "eu-west-1";
  auto refused = run("GET", "/b/k", signer_.v4("GET", "/b/k", host_)).error();
  EXPECT_THAT(refused.details, ::testing::Contains(std::pair<std::string, std::string>("Region", "eu-west-1")));
}

// Keys are remembered; a service's is not taken for another's, nor a day's or a region's.
TEST_F(AuthenticateTest, EveryServiceHasItsKey) {
  for (auto service : {"s3", "ec2", "s3"})
    for (auto region : {"us-east-1", "eu-west-1"})
      for (auto time : {"20130524T000000Z", "20130525T000000Z"}) {
        signer_.service = settings_.service = service, signer_.region = settings_.region = region, signer_.time = time;
        set_time(time);
        EXPECT_EQ(outcome(signer_.v4("GET", "/b/k", host_)), good_) << service << region << time;
      }
}

TEST_F(AuthenticateTest, NamesOfSignedHeadersAreSorted) {
  auto headers = signer_.v4("GET", "/b/k", host_);
  for (auto bad : {"x-amz-date;x-amz-content-sha256;host", "host;host;x-amz-content-sha256;x-amz-date", "host;x-amz-content-sha256;x-amz-date;x-amz-date"}) {
    auto changed = headers;
    auto& authorization = changed.back().second;
    auto begin = authorization.find("SignedHeaders=") + 14;
    authorization.replace(begin, authorization.find(',', begin) - begin, bad);
    EXPECT_EQ(outcome(changed), "AuthorizationHeaderMalformed") << bad;
  }
}

TEST_F(AuthenticateTest, HeadersThatAreIncomplete) {
  auto headers = signer_.v4("GET", "/b/k", host_);
  auto without = [&](std::string_view name) {
    auto fewer = headers;
    std::erase_if(fewer, [&](auto& header) { return header.first == name; });
    return outcome(fewer);
  };
  EXPECT_EQ(without("x-amz-date"), "AccessDenied");
  EXPECT_EQ(without("x-amz-content-sha256"), "InvalidRequest");
  for (auto bad : {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b"})
    EXPECT_EQ(outcome({{"Host", "h"}, {"Authorization", bad}}), "AuthorizationHeaderMalformed") << bad;
}

// A Date header instead of x-amz-date, as some clients send.
TEST_F(AuthenticateTest, TheDateMayBeHttps) {
  Headers headers = {{"Host", "h"}, {"Date", "Fri, 24 May 2013 00:00:00 GMT"}};
  auto signed_headers = signer_.v4("GET", "/b/k", headers, {"x-amz-date"});
  std::erase_if(signed_headers, [](auto& header) { return header.first == "x-amz-date"; });
  EXPECT_EQ(outcome(signed_headers), good_);
}

// Queries of version 4.

TEST_F(AuthenticateTest, AQueryIsGoodUntilItExpires) {
  auto target = signer_.v4_query("GET", "/b/k?versionId=null", "localhost:4566", "60");
  EXPECT_EQ(outcome("GET", target, host_), good_);
  EXPECT_EQ(outcome("PUT", target, host_), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome("GET", target + "&acl", host_), "SignatureDoesNotMatch");
  set_time("20130524T000100Z");
  EXPECT_EQ(outcome("GET", target, host_), good_);
  set_time("20130524T000101Z");
  auto expired = run("GET", target, host_).error();
  EXPECT_EQ(expired.code, ErrorCode::access_denied);
  EXPECT_EQ(expired.message, "Request has expired");
  set_time("20130523T234500Z");
  EXPECT_EQ(outcome("GET", target, host_), good_);
  set_time("20130523T234459Z");
  EXPECT_EQ(run("GET", target, host_).error().message, "Request is not valid yet");
}

TEST_F(AuthenticateTest, AQueryLastsAWeekAtMost) {
  EXPECT_EQ(outcome("GET", signer_.v4_query("GET", "/", "localhost:4566", "604800"), host_), good_);
  for (auto bad : {"604801", "-1", "", "x", "99999999999999999999"})
    EXPECT_EQ(outcome("GET", signer_.v4_query("GET", "/", "localhost:4566", bad), host_), "AuthorizationQueryParametersError") << bad;
}

TEST_F(AuthenticateTest, AQueryHasAllItsParameters) {
  auto whole = signer_.v4_query("GET", "/b/k", "localhost:4566");
  for (std::string_view name : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"}) {
    auto target = whole;
    target.replace(target.find(name), name.size(), "unknown");
    EXPECT_EQ(outcome("GET", target, host_), "AuthorizationQueryParametersError") << name;
  }
  auto change = [&](std::string_view old_text, std::string_view new_text) {
    auto target = whole;
    target.replace(target.find(old_text), old_text.size(), new_text);
    return outcome("GET", target, host_);
  };
  EXPECT_EQ(change("HMAC-SHA256", "HMAC-SHA1"), "AuthorizationQueryParametersError");
  EXPECT_EQ(change("aws4_request", "aws5_request"), "AuthorizationQueryParametersError");
  EXPECT_EQ(change("20130524T", "x"), "AuthorizationQueryParametersError");
  EXPECT_EQ(change("us-east-1", "us-west-2"), "AuthorizationQueryParametersError");
}

TEST_F(AuthenticateTest, AQueryDoesNotLetHeadersIn) {
  auto headers = host_;
  headers.emplace_back("x-amz-acl", "public-read");
  EXPECT_EQ(outcome("PUT", signer_.v4_query("PUT", "/b/k", "localhost:4566"), headers), "AccessDenied");
}

// Presigners put there what would else be a header; the same as a header is covered too, and nothing else.
TEST_F(AuthenticateTest, AQueryMayHoldHeaders) {
  auto target = signer_.v4_query("PUT", "/b/k?x-amz-acl=private&X-Amz-Meta-A=1", "localhost:4566");
  EXPECT_EQ(outcome("PUT", target, host_), good_);
  EXPECT_EQ(outcome("PUT", target, {{"Host", "localhost:4566"}, {"x-amz-acl", "private"}}), good_);
  EXPECT_EQ(outcome("PUT", target, {{"Host", "localhost:4566"}, {"x-amz-acl", "public-read"}}), "AccessDenied");
  EXPECT_EQ(outcome("PUT", target, {{"Host", "localhost:4566"}, {"x-amz-meta-b", "1"}}), "AccessDenied");
}

TEST_F(AuthenticateTest, Boto2NamesThePortTwice) {
  EXPECT_EQ(outcome("GET", signer_.v4_query("GET", "/b/k", "localhost:4566:4566"), host_), good_);
  EXPECT_EQ(outcome("GET", signer_.v4_query("GET", "/b/k", "localhost:4566:80"), host_), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome("GET", signer_.v4_query("GET", "/b/k", "localhost"), host_), "SignatureDoesNotMatch");
  // In a header it cannot be meant.
  auto headers = signer_.v4("GET", "/b/k", {{"Host", "localhost:4566:4566"}});
  headers.front().second = "localhost:4566";
  EXPECT_EQ(outcome(headers), "SignatureDoesNotMatch");
}

// Version 2.

const Headers date = {{"Host", "localhost"}, {"Date", "Fri, 24 May 2013 00:00:00 GMT"}};

TEST_F(AuthenticateTest, Version2CoversWhatItNames) {
  auto headers = date;
  headers.emplace_back("x-amz-meta-a", "1");
  headers = signer_.v2("PUT", "/b/k?acl", headers);
  EXPECT_EQ(outcome("PUT", "/b/k?acl", headers), good_);
  EXPECT_EQ(outcome("PUT", "http://localhost/b/k?acl", headers), good_);
  EXPECT_EQ(outcome("PUT", "/b/k?acl&prefix=a", headers), good_);  // not among the sub-resources
  EXPECT_EQ(outcome("GET", "/b/k?acl", headers), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome("PUT", "/b/k", headers), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome("PUT", "/b/l?acl", headers), "SignatureDoesNotMatch");
  auto more = headers;
  more.emplace_back("x-amz-acl", "public-read");
  EXPECT_EQ(outcome("PUT", "/b/k?acl", more), "SignatureDoesNotMatch");
}

TEST_F(AuthenticateTest, Version2NamesTheBucketOfAVirtualHost) {
  auto headers = signer_.v2("GET", "/k", date, "b");
  bucket_ = "b";
  EXPECT_EQ(outcome("GET", "/k", headers), good_);
  bucket_ = "c";
  EXPECT_EQ(outcome("GET", "/k", headers), "SignatureDoesNotMatch");
}

TEST_F(AuthenticateTest, Version2HasAClockToo) {
  auto headers = signer_.v2("GET", "/b/k", date);
  set_time("20130524T001501Z");
  EXPECT_EQ(outcome(headers), "RequestTimeTooSkewed");
  EXPECT_EQ(outcome(signer_.v2("GET", "/b/k", {{"Host", "h"}})), "AccessDenied");
}

TEST_F(AuthenticateTest, Version2InAQuery) {
  auto target = signer_.v2_query("GET", "/b/k", "1369353660");
  EXPECT_EQ(outcome("GET", target, host_), good_);
  EXPECT_EQ(outcome("PUT", target, host_), "SignatureDoesNotMatch");
  set_time("20130524T000100Z");
  EXPECT_EQ(outcome("GET", target, host_), good_);
  set_time("20130524T000101Z");
  EXPECT_EQ(run("GET", target, host_).error().message, "Request has expired");
  for (auto bad : {"", "x", "-1", "99999999999999999999"}) EXPECT_EQ(outcome("GET", signer_.v2_query("GET", "/", bad), host_), "AccessDenied") << bad;
  EXPECT_EQ(outcome("GET", "/b/k?AWSAccessKeyId=a&Signature=b", host_), "AccessDenied");
}

TEST_F(AuthenticateTest, Version2CanBeTurnedOff) {
  settings_.allow_v2 = false;
  EXPECT_EQ(outcome(signer_.v2("GET", "/b/k", date)), "InvalidRequest");
  EXPECT_EQ(outcome("GET", signer_.v2_query("GET", "/b/k", "1369353660"), host_), "InvalidRequest");
  EXPECT_EQ(outcome(signer_.v4("GET", "/b/k", host_)), good_);
}

TEST_F(AuthenticateTest, Version2HasNoSignedChunks) {
  auto headers = date;
  headers.emplace_back("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  EXPECT_EQ(outcome(signer_.v2("GET", "/b/k", headers)), "InvalidRequest");
}

TEST_F(AuthenticateTest, Version2HeadersThatAreNone) {
  for (auto bad : {"AWS", "AWS ", "AWS a", "AWS a:", "AWS :b", "AWS a:not base64 of twenty bytes"}) {
    auto headers = date;
    headers.emplace_back("Authorization", bad);
    EXPECT_EQ(outcome(headers), "InvalidArgument") << bad;
  }
}

// Both, neither, or something else.

TEST_F(AuthenticateTest, OneSchemeAtATime) {
  auto v4 = signer_.v4("GET", "/b/k", host_);
  EXPECT_EQ(outcome("GET", signer_.v4_query("GET", "/b/k", "localhost:4566"), v4), "InvalidArgument");
  EXPECT_EQ(outcome("GET", signer_.v2_query("GET", "/b/k", "1369353660"), v4), "InvalidArgument");
}

TEST_F(AuthenticateTest, UnknownSchemes) {
  for (auto bad : {"", "Basic eDp5", "Bearer x", "AWS5-HMAC-SHA256 x", "AWSx"})
    EXPECT_EQ(outcome({{"Host", "h"}, {"Authorization", bad}}), "InvalidArgument") << bad;
}

TEST_F(AuthenticateTest, TokensAreNotGivenOutYet) {
  EXPECT_EQ(outcome(signer_.v4("GET", "/b/k", {{"Host", "h"}, {"x-amz-security-token", "t"}})), "InvalidToken");
  EXPECT_EQ(outcome("GET", signer_.v4_query("GET", "/b/k?X-Amz-Security-Token=t", "localhost:4566"), host_), "InvalidToken");
}

}  // namespace
}  // namespace aws
