// Digests and keyed digests against published values.
#include "crypto/digest.h"

#include <gmock/gmock.h>

#include "crypto/hmac.h"

namespace crypto {
namespace {

std::string hex(const std::string& raw) { return base::to_hex(base::bytes(raw)); }

TEST(Digest, MatchesPublishedValues) {
  EXPECT_EQ(hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Digest sha1(DigestKind::sha1);
  sha1.update(base::bytes("ab"));
  sha1.update(base::bytes("c"));
  EXPECT_EQ(hex(sha1.finish()), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

// RFC 4231, case 2, and RFC 2202, case 2; and a key longer than a block (RFC 4231, case 6).
TEST(Hmac, MatchesTheRfcs) {
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha1("Jefe", "what do ya want for nothing?")), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Compare, TellsEqualFromDifferent) {
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace crypto
