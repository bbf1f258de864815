// Who signed a form: AWS's published example, and forms that are not as they were signed.
#include "s3/post_signature.h"

#include <gmock/gmock.h>

#include "blob/memory_store.h"
#include "crypto/sigv2.h"
#include "meta/memory_store.h"
#include "s3/test_support.h"

namespace s3 {
namespace {

// Amazon S3 API Reference, "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)".
constexpr std::string_view example_key = "AKIAIOSFODNN7EXAMPLE", example_secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                           example_policy =
                               "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1w"
                               "bGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAg"
                               "IHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2Fk"
                               "Lmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUx"
                               "MjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXot"
                               "bWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3"
                               "czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlU"
                               "MDAwMDAwWiIgfQ0KICBdDQp9";

class PostSignatureTest : public testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  PostSignatureTest() {
    accounts_.add('a', "alice");
    accounts_.add_key(std::string(example_key), std::string(example_secret));
  }

  // The signer's name, "" for nobody, or the error's.
  std::string outcome(const Fields& fields) {
    http::RequestHead said;
    for (auto& [name, value] : fields) said.add_field(name, value);
    auto caller = authenticate_form(state_, said);
    return caller ? caller->display_name : std::string(aws::row(caller.error().code).name);
  }

  static Fields example() {
    return {{"policy", std::string(example_policy)},
            {"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
            {"X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
            {"X-Amz-Date", "20151229T000000Z"},
            {"X-Amz-Signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"}};
  }
  static Fields by_v2() {
    return {{"policy", std::string(example_policy)},
            {"AWSAccessKeyId", std::string(example_key)},
            {"signature", crypto::signature_v2(example_secret, example_policy)}};
  }
  static Fields with(Fields fields, size_t i, std::string value) {
    fields[i].second = std::move(value);
    return fields;
  }

  base::ThreadPool pool_{"test", 1};
  base::SystemClock clock_;
  test::FakeAccounts accounts_;
  std::unique_ptr<blob::Store> blobs_ = blob::make_memory_store();
  std::unique_ptr<meta::Store> meta_ = meta::make_memory_store(pool_);
  State state_{Parts{*meta_, *blobs_, accounts_, pool_, clock_, {}}};
};

TEST_F(PostSignatureTest, OfVersionFour) {
  EXPECT_EQ(outcome(example()), "alice");
  EXPECT_EQ(outcome(with(example(), 0, std::string(example_policy) + "=")), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome(with(example(), 4, "")), "SignatureDoesNotMatch");
  EXPECT_EQ(outcome(with(example(), 1, "AWS4-HMAC-SHA1")), "InvalidArgument");
}

TEST_F(PostSignatureTest, IsForADayARegionAndAService) {
  for (auto credential : {"AKIAIOSFODNN7EXAMPLE/20151230/us-east-1/s3/aws4_request", "AKIAIOSFODNN7EXAMPLE/20151229/eu-west-1/s3/aws4_request",
                          "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/ec2/aws4_request", "AKIAIOSFODNN7EXAMPLE/20151229"})
    EXPECT_EQ(outcome(with(example(), 2, credential)), "AuthorizationQueryParametersError") << credential;
  EXPECT_EQ(outcome(with(example(), 3, "")), "AuthorizationQueryParametersError");
}

TEST_F(PostSignatureTest, OfVersionTwo) {
  EXPECT_EQ(outcome(by_v2()), "alice");
  EXPECT_EQ(outcome(with(by_v2(), 0, "e30=")), "SignatureDoesNotMatch");
  state_.parts.settings.allow_v2 = false;
  EXPECT_EQ(outcome(by_v2()), "InvalidRequest");
  EXPECT_EQ(outcome(example()), "alice");
}

TEST_F(PostSignatureTest, OfAKeyThatNobodyHas) {
  EXPECT_EQ(outcome(with(example(), 2, "AKIANOBODY/20151229/us-east-1/s3/aws4_request")), "InvalidAccessKeyId");
  EXPECT_EQ(outcome(with(by_v2(), 1, "AKIANOBODY")), "InvalidAccessKeyId");
}

TEST_F(PostSignatureTest, IsWholeOrNotThereAtAll) {
  EXPECT_EQ(outcome({{"key", "a"}}), "");
  for (auto whole : {example(), by_v2()})
    for (size_t i = 0; i < whole.size(); i++) {
      auto fields = whole;
      fields.erase(fields.begin() + static_cast<ptrdiff_t>(i));
      EXPECT_EQ(outcome(fields), "InvalidArgument") << whole[i].first;
      if (whole[i].first != "X-Amz-Date") EXPECT_EQ(outcome({whole[i]}), "InvalidArgument") << whole[i].first;
    }
}

TEST_F(PostSignatureTest, NoTokenIsRight) {
  auto fields = example();
  fields.emplace_back("x-amz-security-token", "t");
  EXPECT_EQ(outcome(fields), "InvalidToken");
}

}  // namespace
}  // namespace s3
