#include "base/ascending_id.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace base {
namespace {

TEST(AscendingId, AscendsWithinAMillisecondAndWithTime) {
  Time now{std::chrono::milliseconds(1'700'000'000'000)};
  auto first = ascending_id(now), second = ascending_id(now), later = ascending_id(now + std::chrono::milliseconds(1));
  EXPECT_LT(first, second);
  EXPECT_LT(second, later);
  EXPECT_EQ(first.size(), ascending_id_digits);
  EXPECT_EQ(first.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(first.substr(0, 12), "018bcfe56800");  // the time in milliseconds
}

TEST(AscendingId, IsUniqueOverThreads) {
  constexpr int each = 2000;
  std::vector<std::string> made[4];
  {
    std::vector<std::jthread> threads;
    for (auto& ids : made)
      threads.emplace_back([&ids] {
        for (int i = 0; i < each; i++) ids.push_back(ascending_id(Time()));
      });
  }
  std::set<std::string> all;
  for (auto& ids : made) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 4 * each);
}

}  // namespace
}  // namespace base
