// Signatures against the examples in AWS's documentation of S3's authentication.
#include "crypto/sigv4.h"

#include <gmock/gmock.h>

#include "crypto/digest.h"

namespace crypto {
namespace {

constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::string_view time = "20130524T000000Z";
constexpr std::string_view scope = "20130524/us-east-1/s3/aws4_request";
constexpr std::string_view empty_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string sign(const std::string& canonical) {
  return signature(signing_key(secret, "20130524", "us-east-1", "s3"), string_to_sign(time, scope, canonical));
}

TEST(SigV4, SignsTheExampleOfGetObject) {
  NamedValues headers = {{"host", "examplebucket.s3.amazonaws.com"}, {"range", " bytes=0-9 "}, {"x-amz-content-sha256", empty_hash}, {"x-amz-date", time}};
  EXPECT_EQ(sign(canonical_request("GET", "/test.txt", {}, headers, empty_hash)), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SigV4, SignsTheExampleOfPutObject) {
  auto hash = sha256_hex("Welcome to Amazon S3.");
  NamedValues headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"host", "examplebucket.s3.amazonaws.com"}, {"x-amz-content-sha256", hash}, {"x-amz-date", time}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  EXPECT_EQ(sign(canonical_request("PUT", "/test$file.text", {}, headers, hash)), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(SigV4, SignsTheExampleOfListObjects) {
  NamedValues headers = {{"host", "examplebucket.s3.amazonaws.com"}, {"x-amz-content-sha256", empty_hash}, {"x-amz-date", time}};
  NamedValues query = {{"prefix", "J"}, {"max-keys", "2"}};
  EXPECT_EQ(sign(canonical_request("GET", "/", query, headers, empty_hash)), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SigV4, SignsTheExampleOfAPresignedUrl) {
  NamedValues query = {{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"}, {"X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"}, {"X-Amz-Date", time}, {"X-Amz-Expires", "86400"}, {"X-Amz-SignedHeaders", "host"}};
  EXPECT_EQ(sign(canonical_request("GET", "/test.txt", query, {{"host", "examplebucket.s3.amazonaws.com"}}, "UNSIGNED-PAYLOAD")), "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(SigV4, SignsTheExampleOfChunks) {
  auto key = signing_key(secret, "20130524", "us-east-1", "s3");
  auto first = signature(key, chunk_string_to_sign(time, scope, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9", sha256_hex(std::string(65536, 'a'))));
  EXPECT_EQ(first, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
  auto second = signature(key, chunk_string_to_sign(time, scope, first, sha256_hex(std::string(1024, 'a'))));
  EXPECT_EQ(second, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
  EXPECT_EQ(signature(key, chunk_string_to_sign(time, scope, second, sha256_hex(""))), "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
}

TEST(SigV4, JoinsFieldsOfOneNameAndFoldsSpace) {
  EXPECT_EQ(canonical_request("GET", "", {}, {{"a", " x   y "}, {"a", "z"}, {"b", ""}}, "h"), "GET\n/\n\na:x y,z\nb:\n\na;b\nh");
  EXPECT_EQ(canonical_request("GET", "/ä b//c", {{"b", ""}, {"a", "2"}, {"a", "1/ +"}}, {{"h", "\t"}}, "p"), "GET\n/%C3%A4%20b//c\na=1%2F%20%2B&a=2&b=\nh:\n\nh\np");
}

TEST(SigV4, ReadsAuthorizationHeaders) {
  std::string good = "AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-date, Signature=" + std::string(64, 'a');
  auto found = Authorization::parse(good);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->credential.access_key, "AKID");
  EXPECT_EQ(found->credential.scope, scope);
  EXPECT_THAT(found->signed_headers, testing::ElementsAre("host", "x-amz-date"));
  for (size_t size = 0; size < good.size(); size++) EXPECT_FALSE(Authorization::parse(good.substr(0, size))) << size;
  EXPECT_FALSE(Authorization::parse(good + "a"));
  for (auto bad : {"a/b/20130524/us-east-1/s3/aws4_request", "a/2013-5-4/us-east-1/s3/aws4_request", "a/20130524//s3/aws4_request",
                   "/20130524/us-east-1/s3/aws4_request", "a/20130524/us-east-1/s3/aws5_request", "a/20130524/us-east-1/s3", ""})
    EXPECT_FALSE(Credential::parse(bad)) << bad;
  EXPECT_FALSE(Authorization::parse("AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/s3/aws4_request, SignedHeaders=, Signature=" + std::string(64, 'a')));
  EXPECT_FALSE(Authorization::parse("AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=" + std::string(64, 'g')));
}

}  // namespace
}  // namespace crypto
