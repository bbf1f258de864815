#include "http/head.h"

#include <gtest/gtest.h>

namespace http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Every pair of bytes at every place of a word and past it: letters only differ by more than their case.
TEST(Head, IgnoresTheCaseOfLettersAlone) {
  for (size_t at : {0u, 1u, 7u, 8u, 10u, 15u, 16u})
    for (int i = 0; i < 256; i++)
      for (int j = 0; j < 256; j++) {
        std::string a(17, 'x'), b(17, 'X');
        a[at] = static_cast<char>(i);
        b[at] = static_cast<char>(j);
        ASSERT_EQ(equal_ignoring_case(a, b), lower(a[at]) == lower(b[at])) << at << ": " << i << " and " << j;
      }
}

TEST(Head, TextsOfOtherLengthsDiffer) {
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_FALSE(equal_ignoring_case("content-length", "content-lengt"));
  EXPECT_TRUE(equal_ignoring_case("Content-Length", "content-lENGTH"));
}

}  // namespace
}  // namespace http
