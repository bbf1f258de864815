#include "crypto/md5_lanes.h"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/digest.h"

namespace crypto {
namespace {

void expect_digests_of(const std::vector<std::string>& texts) {
  std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<Md5> digests(texts.size());
  md5_of_each(views, digests);
  for (size_t i = 0; i < texts.size(); i++) EXPECT_EQ(std::string(digests[i].begin(), digests[i].end()), md5(texts[i])) << texts[i].size() << " bytes";
}

std::string text(size_t size) {
  std::string out(size, '\0');
  for (size_t i = 0; i < size; i++) out[i] = static_cast<char>(i * 131 + i / 251 + size);
  return out;
}

TEST(Md5Lanes, AgreesWithOpensslForEveryLengthOfTail) {
  std::vector<std::string> texts;
  for (size_t size = 0; size <= 260; size++) texts.push_back(text(size));
  expect_digests_of(texts);
}

TEST(Md5Lanes, AgreesForEveryNumberOfTexts) {
  std::vector<std::string> texts;
  for (size_t count = 0; count < 40; count++, texts.push_back(text(4096 + count % 3))) expect_digests_of(texts);
}

TEST(Md5Lanes, TextsOfVeryDifferentLengthsShareASet) {
  expect_digests_of({text(1 << 20), "", text(64), text(63), text(4096), "a", text(100'000), text(55), text(56)});
}

}  // namespace
}  // namespace crypto
