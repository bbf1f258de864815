#include "s3/md5_round.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>
#include <vector>

#include "crypto/digest.h"

namespace s3 {
namespace {

std::vector<size_t> hashed;  // how many texts at a time

void hash_and_note(std::span<const std::string_view> texts, std::span<crypto::Md5> digests) noexcept {
  hashed.push_back(texts.size());
  crypto::md5_of_each(texts, digests);
}

base::Task<> put_digest(Md5Round& round, const std::string& text, std::string& into) {
  auto digest = co_await round.md5(text);
  into.assign(digest.begin(), digest.end());
}

class Md5RoundTest : public testing::Test {
 protected:
  // All at once: what is ready in one round of the loop.
  void expect_digests_of(const std::vector<std::string>& texts) {
    hashed.clear();
    std::vector<std::string> digests(texts.size());
    for (size_t i = 0; i < texts.size(); i++) boost::asio::co_spawn(io_.get_executor(), put_digest(round_, texts[i], digests[i]), boost::asio::detached);
    io_.restart();
    io_.run();
    for (size_t i = 0; i < texts.size(); i++) EXPECT_EQ(digests[i], crypto::md5(texts[i])) << i;
  }
  static std::vector<std::string> texts(size_t count, size_t step) {
    std::vector<std::string> made;
    for (size_t i = 0; i < count; i++) made.emplace_back(1024 + i * 7 % count * step, static_cast<char>('a' + i % 26));
    return made;
  }

  Md5Round round_{hash_and_note};
  boost::asio::io_context io_{1};
};

TEST_F(Md5RoundTest, EachTaskGetsItsOwnDigest) {
  for (int again = 0; again < 2; again++) expect_digests_of(texts(50, 100));
}

TEST_F(Md5RoundTest, ThoseThatAreReadyAreHashedTogether) {
  for (size_t count : {1, 2, 5, 16}) {
    expect_digests_of(texts(count, 1));
    EXPECT_EQ(hashed, std::vector<size_t>{count});
  }
  expect_digests_of(texts(50, 100));
  EXPECT_EQ(hashed, (std::vector<size_t>{16, 16, 16, 2}));
}

TEST_F(Md5RoundTest, ShortOnesDoNotWait) {
  expect_digests_of({"", "a", std::string(1023, 'x')});
  EXPECT_EQ(hashed, (std::vector<size_t>{1, 1, 1}));
}

}  // namespace
}  // namespace s3
