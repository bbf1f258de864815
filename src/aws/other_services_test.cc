// Whose request it is, and what the clients of other services are told.
#include "aws/other_services.h"

#include <gmock/gmock.h>

#include "aws/target.h"
#include "http/testing/fake_exchange.h"

namespace aws {
namespace {

using http::testing::FakeExchange;
using Headers = std::vector<std::pair<std::string, std::string>>;
using ::testing::HasSubstr;

constexpr std::string_view form = "application/x-www-form-urlencoded; charset=utf-8";

std::pair<std::string, std::string> signed_for(std::string_view service) {
  return {"Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/" + std::string(service) + "/aws4_request, SignedHeaders=host, Signature=" + std::string(64, '0')};
}

class OtherServicesTest : public ::testing::Test {
 protected:
  Call& call(std::string_view method, std::string_view target, Headers headers = {}) {
    exchange_ = std::make_unique<FakeExchange>(method, target, headers);
    call_.emplace(Call{*exchange_, {}, "0123456789ABCDEF", "host"});
    EXPECT_TRUE(read_target(*call_));
    return *call_;
  }
  // Its name; empty: the request is ours.
  std::string name(std::string_view method, std::string_view target, Headers headers = {}) {
    auto found = other_service(call(method, target, std::move(headers)), "s3");
    return found ? found->name : "";
  }

  std::unique_ptr<FakeExchange> exchange_;
  std::optional<Call> call_;
};

TEST_F(OtherServicesTest, TheScopeDecidesFirst) {
  EXPECT_EQ(name("POST", "/", {signed_for("sts"), {"Content-Type", std::string(form)}}), "AWS STS (sts)");
  EXPECT_EQ(name("POST", "/", {signed_for("ec2")}), "Amazon EC2 (ec2)");
  EXPECT_EQ(name("GET", "/?Action=DescribeInstances", {signed_for("ec2")}), "Amazon EC2 (ec2)");
  EXPECT_EQ(name("GET", "/2015-03-31/functions", {signed_for("lambda")}), "AWS Lambda (lambda)");
  EXPECT_EQ(name("POST", "/", {signed_for("s3"), {"X-Amz-Target", "DynamoDB_20120810.ListTables"}}), "");
  EXPECT_EQ(name("GET", "/?Action=x&Version=2016-11-15", {signed_for("s3")}), "");
  EXPECT_EQ(name("GET", "/?X-Amz-Credential=A/20130524/us-east-1/sts/aws4_request&X-Amz-Signature=x"), "AWS STS (sts)");
  EXPECT_EQ(name("GET", "/?X-Amz-Credential=A/20130524/us-east-1/s3/aws4_request&X-Amz-Signature=x"), "");
}

TEST_F(OtherServicesTest, AServiceThatNobodyKnowsIsNamedIfItSpeaksLikeOne) {
  EXPECT_EQ(name("POST", "/", {signed_for("frob"), {"X-Amz-Target", "Frob.List"}}), "service frob");
  EXPECT_EQ(name("POST", "/a/queue", {signed_for("frob"), {"Content-Type", std::string(form)}}), "service frob");
  EXPECT_EQ(name("GET", "/", {signed_for("frob")}), "");  // S3 says that the scope is wrong
}

TEST_F(OtherServicesTest, ARequestOfS3WithAWrongScopeIsOurs) {
  EXPECT_EQ(name("GET", "/bucket/key", {signed_for("ec2")}), "");
  EXPECT_EQ(name("PUT", "/bucket", {signed_for("dynamodb")}), "");
  auto& request = call("GET", "/", {signed_for("ec2")});
  request.virtual_host = true;
  EXPECT_FALSE(other_service(request, "s3"));
}

TEST_F(OtherServicesTest, UnsignedRequestsAreKnownByTheirForm) {
  EXPECT_EQ(name("POST", "/", {{"X-Amz-Target", "DynamoDB_20120810.ListTables"}}), "service with the operation DynamoDB_20120810.ListTables");
  EXPECT_EQ(name("POST", "/", {{"X-Amz-Target", "<b>"}}), "service with the operation unknown");
  EXPECT_EQ(name("GET", "/", {{"X-Amz-Target", "x"}}), "");
  EXPECT_EQ(name("GET", "/?Action=DescribeInstances&Version=2016-11-15&AWSAccessKeyId=x&Signature=x"), "Amazon EC2 (ec2)");
  EXPECT_EQ(name("GET", "/?Action=Frob&Version=1999-01-01"), "service with the operation Frob");
  for (auto ours : {"/", "/?Action=x", "/?Version=x", "/bucket?Action=x&Version=2016-11-15", "/?list-type=2"}) EXPECT_EQ(name("GET", ours), "") << ours;
  EXPECT_EQ(name("GET", "/", {{"Authorization", "Credential="}}), "");
}

TEST_F(OtherServicesTest, SomeSayItInABodyThatNobodyReads) {
  EXPECT_EQ(name("POST", "/", {{"Content-Type", std::string(form)}}), "service for unsigned forms");
  EXPECT_EQ(name("POST", "/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15", {{"Content-Type", std::string(form)}}), "AWS STS (sts)");
  EXPECT_EQ(name("POST", "/bucket", {{"Content-Type", std::string(form)}}), "");
  EXPECT_EQ(name("PUT", "/", {{"Content-Type", std::string(form)}}), "");
  EXPECT_EQ(name("POST", "/", {{"Content-Type", "multipart/form-data; boundary=x"}}), "");
  EXPECT_EQ(name("POST", "/", {signed_for("s3"), {"Content-Type", std::string(form)}}), "");
  EXPECT_EQ(name("POST", "/", {{"Authorization", "AWS AKIAIOSFODNN7EXAMPLE:x"}, {"Content-Type", std::string(form)}}), "");
}

TEST_F(OtherServicesTest, EachIsToldInItsForm) {
  constexpr std::string_view begin = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  auto& request = call("POST", "/");
  auto sts = not_here(request, {"AWS STS (sts)", Protocol::query});
  EXPECT_EQ(sts.status, 501);
  EXPECT_EQ(sts.headers.find("x-amzn-RequestId"), "0123456789ABCDEF");
  EXPECT_THAT(sts.body, ::testing::StartsWith(std::string(begin) + "<ErrorResponse><Error><Type>Receiver</Type><Code>NotImplemented</Code><Message>This server has no AWS STS (sts): it has S3 only. "));
  EXPECT_THAT(sts.body, ::testing::EndsWith("</Message></Error><RequestId>0123456789ABCDEF</RequestId></ErrorResponse>"));
  auto ec2 = not_here(request, {"Amazon EC2 (ec2)", Protocol::ec2});
  EXPECT_THAT(ec2.body, ::testing::StartsWith(std::string(begin) + "<Response><Errors><Error><Code>NotImplemented</Code><Message>"));
  EXPECT_THAT(ec2.body, ::testing::EndsWith("</Message></Error></Errors><RequestID>0123456789ABCDEF</RequestID></Response>"));
  auto dynamodb = not_here(call("POST", "/", {{"Content-Type", "application/x-amz-json-1.0"}}), {"Amazon DynamoDB (dynamodb)", Protocol::json});
  EXPECT_EQ(dynamodb.headers.find("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_THAT(dynamodb.body, ::testing::StartsWith("{\"__type\":\"NotImplemented\",\"message\":\"This server has no Amazon DynamoDB (dynamodb): it has S3 only."));
}

}  // namespace
}  // namespace aws
