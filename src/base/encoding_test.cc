#include "base/encoding.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Encoding, HexGoesThereAndBack) {
  std::string all;
  for (int i = 0; i < 256; i++) all += static_cast<char>(i);
  auto hex = to_hex(bytes(all));
  EXPECT_EQ(hex.substr(0, 8), "00010203");
  EXPECT_EQ(hex.substr(hex.size() - 6), "fdfeff");
  EXPECT_EQ(from_hex(hex), all);
  EXPECT_EQ(from_hex("AbC"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

TEST(Encoding, KnowsHexadecimalDigits) {
  std::string digits = "0123456789abcdefABCDEF";
  for (int i = 0; i < 256; i++) {
    char c = static_cast<char>(i);
    EXPECT_EQ(is_hex(std::string("0") + c), digits.find(c) != digits.npos) << i;
  }
}

}  // namespace
}  // namespace base
