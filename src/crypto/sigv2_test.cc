// Signatures against the examples in AWS's documentation of version 2.
#include "crypto/sigv2.h"

#include <gmock/gmock.h>

namespace crypto {
namespace {

constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

std::string sign(const RequestV2& request) { return signature_v2(secret, string_to_sign_v2(request)); }

TEST(SigV2, SignsTheExamplesOfObjects) {
  RequestV2 get{"GET", "johnsmith", "/photos/puppy.jpg", {}, {{"Date", "Tue, 27 Mar 2007 19:36:42 +0000"}}, {}};
  EXPECT_EQ(sign(get), "bWq2s1WEIj+Ydj0vQ697zp+IXMU=");
  RequestV2 put{"PUT", "johnsmith", "/photos/puppy.jpg", {},
                {{"Content-Type", "image/jpeg"}, {"Content-Length", "94328"}, {"Date", "Tue, 27 Mar 2007 21:15:45 +0000"}}, {}};
  EXPECT_EQ(sign(put), "MyyxeRY7whkBe+bq8fHCL/2kKUg=");
}

TEST(SigV2, SignsTheExamplesOfListings) {
  RequestV2 list{"GET", "johnsmith", "/", {{"prefix", "photos"}, {"max-keys", "50"}, {"marker", "puppy"}},
                 {{"Date", "Tue, 27 Mar 2007 19:42:41 +0000"}}, {}};
  EXPECT_EQ(sign(list), "htDYFYduRNen8P9ZfE/s9SuKy0U=");
  RequestV2 acl{"GET", "johnsmith", "/", {{"acl", "", false}}, {{"Date", "Tue, 27 Mar 2007 19:44:46 +0000"}}, {}};
  EXPECT_EQ(sign(acl), "c2WLPFtWHVgbEmeEG93a4cG37dM=");
  RequestV2 buckets{"GET", "", "/", {}, {{"Date", "Wed, 28 Mar 2007 01:29:59 +0000"}}, {}};
  EXPECT_EQ(sign(buckets), "qGdzdERIC03wnaRNKh6OqZehG9s=");
}

TEST(SigV2, SignsTheExampleOfAnUploadWithItsAmzHeaders) {
  RequestV2 upload{"PUT", "static.johnsmith.net", "/db-backup.dat.gz", {},
                   {{"Date", "Tue, 27 Mar 2007 21:06:08 +0000"},
                    {"x-amz-acl", "public-read"},
                    {"content-type", "application/x-download"},
                    {"Content-MD5", "4gJE4saaMU4BqNR0kLY+lw=="},
                    {"X-Amz-Meta-ReviewedBy", "joe@johnsmith.net"},
                    {"X-Amz-Meta-ReviewedBy", " jane@johnsmith.net "},
                    {"X-Amz-Meta-FileChecksum", "0x02661779"},
                    {"X-Amz-Meta-ChecksumAlgorithm", "crc32"}}, {}};
  EXPECT_EQ(sign(upload), "ilyl83RwaSoYIEdixDQcA4OnAnc=");
}

TEST(SigV2, SignsTheExampleOfAnEncodedKeyAsItWasSent) {
  RequestV2 get{"GET", "", "/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re", {}, {{"Date", "Wed, 28 Mar 2007 01:49:49 +0000"}}, {}};
  EXPECT_EQ(sign(get), "DNEZGsoieTZ92F3bUfSPQcbGmlM=");
}

TEST(SigV2, SignsTheExampleOfAPresignedUrl) {
  RequestV2 get{"GET", "johnsmith", "/photos/puppy.jpg", {{"AWSAccessKeyId", "AKIAIOSFODNN7EXAMPLE"}, {"Expires", "1175139620"}}, {}, "1175139620"};
  EXPECT_EQ(sign(get), "NpgCjnDzrM+WFzoENXmpNDUsSn8=");
}

TEST(SigV2, LeavesTheDateLineEmptyForAnAmzDate) {
  RequestV2 request{"DELETE", "", "/b/k", {}, {{"Date", "d"}, {"x-amz-date", "e"}}, {}};
  EXPECT_EQ(string_to_sign_v2(request), "DELETE\n\n\n\nx-amz-date:e\n/b/k");
}

TEST(SigV2, SortsSubResourcesAndKeepsTheirValuesDecoded) {
  RequestV2 request{"GET", "", "/b/k", {{"uploadId", "u v"}, {"x", "y"}, {"partNumber", "2"}, {"acl", ""}}, {}, {}};
  EXPECT_EQ(string_to_sign_v2(request), "GET\n\n\n\n/b/k?acl=&partNumber=2&uploadId=u v");
}

TEST(SigV2, ReadsAuthorizationHeaders) {
  auto found = AuthorizationV2::parse("AWS AKID:bWq2s1WEIj+Ydj0vQ697zp+IXMU=");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key, "AKID");
  EXPECT_EQ(found->signature, "bWq2s1WEIj+Ydj0vQ697zp+IXMU=");
  for (auto bad : {"AWS", "AWS AKID", "AWS :bWq2s1WEIj+Ydj0vQ697zp+IXMU=", "AWS AKID:", "AWS AKID:bWq2", "AWS4 AKID:bWq2s1WEIj+Ydj0vQ697zp+IXMU="})
    EXPECT_FALSE(AuthorizationV2::parse(bad)) << bad;
}

}  // namespace
}  // namespace crypto
