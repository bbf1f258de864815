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

TEST(Md5Lanes, StreamsTakePiecesOfAnyLength) {
  auto whole = text(5000);
  for (size_t piece = 1; piece <= 200; piece++) {
    Md5Stream stream;
    for (size_t at = 0; at < whole.size(); at += piece) stream.update(std::string_view(whole).substr(at, piece));
    auto digest = stream.finish();
    EXPECT_EQ(std::string(digest.begin(), digest.end()), md5(whole)) << "in pieces of " << piece;
  }
}

TEST(Md5Lanes, StreamsAdvanceTogether) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < 20; i++) texts.push_back(text(6400 + i));
  std::vector<Md5Stream> streams(texts.size());
  for (size_t at = 0; at < 6400; at += 1600) {
    std::vector<Md5Lane> lanes;
    for (size_t i = 0; i < texts.size(); i++) lanes.push_back({&streams[i].state(), streams[i].take_edges(std::string_view(texts[i]).substr(at, 1600)).data()});
    md5_advance(lanes, 1600 / md5_block_bytes);
  }
  for (size_t i = 0; i < texts.size(); i++) {
    streams[i].update(std::string_view(texts[i]).substr(6400));
    auto digest = streams[i].finish();
    EXPECT_EQ(std::string(digest.begin(), digest.end()), md5(texts[i])) << i;
  }
}

}  // namespace
}  // namespace crypto
