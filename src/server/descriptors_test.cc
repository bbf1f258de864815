// As many connections as there are descriptors for.
#include "server/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace server {
namespace {

TEST(Descriptors, ManyAllowWhatIsWanted) {
  EXPECT_EQ(connections_within(65'536, 10'000, 1024), 10'000u);
  EXPECT_EQ(connections_within(RLIM_INFINITY, 10'000, 1024), 10'000u);
  EXPECT_EQ(connections_within(65'536, 3, 1024), 3u);
}

TEST(Descriptors, EachRequestMayHaveTwoFilesOpen) {
  EXPECT_EQ(connections_within(768 + 3000, 10'000, 1024), 1000u);   // all may be busy
  EXPECT_EQ(connections_within(768 + 5000, 10'000, 1024), 2952u);   // no more than 1024 are
  EXPECT_EQ(connections_within(768 + 5000, 10'000, 1), 4998u);
}

TEST(Descriptors, AFewAreTakenInAnyCase) {
  for (uint64_t descriptors : {0, 500, 768, 800}) EXPECT_EQ(connections_within(descriptors, 10'000, 1024), 64u);
  EXPECT_EQ(connections_within(0, 5, 1024), 5u);
}

TEST(Descriptors, MoreDescriptorsNeverMeanFewerConnections) {
  for (uint64_t descriptors = 0; descriptors < 8000; descriptors++)
    ASSERT_LE(connections_within(descriptors, 10'000, 1024), connections_within(descriptors + 1, 10'000, 1024)) << descriptors;
}

TEST(Descriptors, TheLimitIsRaisedAsFarAsItMay) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit lowered{before.rlim_max / 2, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
  EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
  rlimit after{};
  getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace server
