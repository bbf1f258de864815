#include "s3/md5_round.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>
#include <vector>

#include "crypto/digest.h"

namespace s3 {
namespace {

base::Task<> put_digest(const std::string& text, std::string& into) {
  auto digest = co_await md5_with_others(text);
  into.assign(digest.begin(), digest.end());
}

TEST(Md5Round, EachTaskGetsItsOwnDigest) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < 50; i++) texts.emplace_back(i * 100, static_cast<char>('a' + i % 26));
  std::vector<std::string> digests(texts.size());
  boost::asio::io_context io{1};
  for (int again = 0; again < 2; again++) {
    for (size_t i = 0; i < texts.size(); i++) boost::asio::co_spawn(io.get_executor(), put_digest(texts[i], digests[i]), boost::asio::detached);
    io.restart();
    io.run();
    for (size_t i = 0; i < texts.size(); i++) EXPECT_EQ(digests[i], crypto::md5(texts[i])) << i;
    std::ranges::fill(digests, "");
  }
}

}  // namespace
}  // namespace s3
