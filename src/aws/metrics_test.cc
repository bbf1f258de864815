// What is counted is rendered as Prometheus reads it, and nothing is lost among threads.
#include "aws/metrics.h"

#include <gmock/gmock.h>

#include <cmath>
#include <deque>
#include <regex>
#include <sstream>
#include <thread>

namespace aws {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// The value of a sample, by its name and labels as they are written.
std::string sample(const Metrics& metrics, const std::string& name) {
  for (auto& line : lines(metrics.render()))
    if (line.starts_with(name + " ")) return line.substr(name.size() + 1);
  return "absent";
}

TEST(Metrics, StartsWithEveryFamilyAndNoOperation) {
  Metrics metrics;
  EXPECT_EQ(metrics.render(),
            "# HELP cumulet_requests_total Finished requests by operation and HTTP status.\n"
            "# TYPE cumulet_requests_total counter\n"
            "# HELP cumulet_request_seconds Time from a request's head to the last byte of its response.\n"
            "# TYPE cumulet_request_seconds histogram\n"
            "# HELP cumulet_bytes_received_total Bytes of request bodies.\n"
            "# TYPE cumulet_bytes_received_total counter\n"
            "cumulet_bytes_received_total 0\n"
            "# HELP cumulet_bytes_sent_total Bytes of response bodies.\n"
            "# TYPE cumulet_bytes_sent_total counter\n"
            "cumulet_bytes_sent_total 0\n"
            "# HELP cumulet_requests_in_flight Requests that are being served now.\n"
            "# TYPE cumulet_requests_in_flight gauge\n"
            "cumulet_requests_in_flight 0\n");
}

TEST(Metrics, CountsByOperationAndStatus) {
  Metrics metrics;
  metrics.count("PutObject", 200, 0.002, 100, 0);
  metrics.count("PutObject", 200, 0.002, 50, 0);
  metrics.count("PutObject", 412, 0.002, 0, 300);
  metrics.count("GetObject", 200, 0.002, 0, 1000);
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="PutObject",status="200"})"), "2");
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="PutObject",status="412"})"), "1");
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="GetObject",status="200"})"), "1");
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="GetObject",status="412"})"), "absent");
  EXPECT_EQ(sample(metrics, "cumulet_bytes_received_total"), "150");
  EXPECT_EQ(sample(metrics, "cumulet_bytes_sent_total"), "1300");
}

TEST(Metrics, BucketsIncludeTheirBoundAndAllBelow) {
  Metrics metrics;
  for (double seconds : {0.0, 0.0005, 0.0006, 0.25, 60.0, 61.0}) metrics.count("X", 200, seconds, 0, 0);
  auto bucket = [&](std::string le) { return sample(metrics, "cumulet_request_seconds_bucket{operation=\"X\",le=\"" + le + "\"}"); };
  EXPECT_EQ(bucket("0.0005"), "2");
  EXPECT_EQ(bucket("0.001"), "3");
  EXPECT_EQ(bucket("0.1"), "3");
  EXPECT_EQ(bucket("0.25"), "4");
  EXPECT_EQ(bucket("30"), "4");
  EXPECT_EQ(bucket("60"), "5");
  EXPECT_EQ(bucket("+Inf"), "6");
  EXPECT_EQ(sample(metrics, R"(cumulet_request_seconds_count{operation="X"})"), "6");
  EXPECT_EQ(sample(metrics, R"(cumulet_request_seconds_sum{operation="X"})"), "121.2511");
}

TEST(Metrics, SurvivesTimesAndStatusesThatAreNone) {
  Metrics metrics;
  for (double seconds : {-1.0, std::nan(""), static_cast<double>(INFINITY)}) metrics.count("X", 0, seconds, 0, 0);
  metrics.count("X", 600, 0, 0, 0);
  metrics.count("X", 599, 0, 0, 0);
  metrics.count("X", 100, 0, 0, 0);
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="X",status="0"})"), "4");
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="X",status="599"})"), "1");
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="X",status="100"})"), "1");
  EXPECT_EQ(sample(metrics, R"(cumulet_request_seconds_count{operation="X"})"), "6");
}

TEST(Metrics, OneNameIsOneSeriesWhereverItLies) {
  Metrics metrics;
  const std::string first = "PutObject", second = "PutObject";
  metrics.count(first, 200, 0, 0, 0);
  metrics.count(second, 200, 0, 0, 0);
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="PutObject",status="200"})"), "2");
}

TEST(Metrics, TellsWhatIsInFlight) {
  Metrics metrics;
  metrics.in_flight(1), metrics.in_flight(1), metrics.in_flight(-1);
  EXPECT_EQ(sample(metrics, "cumulet_requests_in_flight"), "1");
}

TEST(Metrics, EveryLineIsOneThatPrometheusReads) {
  Metrics metrics;
  metrics.count("ListObjectsV2", 200, 1e-9, 1, 1);
  metrics.count("PutObject", 503, 1234.5, UINT32_MAX, 1);
  std::regex comment("# (HELP|TYPE) [a-z_]+ .+"), value(R"re([a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)re");
  for (auto& line : lines(metrics.render())) EXPECT_TRUE(std::regex_match(line, line[0] == '#' ? comment : value)) << line;
}

TEST(Metrics, MoreNamesThanThereIsRoomForAreCountedTogether) {
  Metrics metrics;
  std::deque<std::string> names;
  for (int i = 0; i < 1030; i++) metrics.count(names.emplace_back("N" + std::to_string(i)), 200, 0, 1, 0);
  EXPECT_EQ(sample(metrics, R"(cumulet_requests_total{operation="other",status="200"})"), "6");
  EXPECT_EQ(sample(metrics, "cumulet_bytes_received_total"), "1030");
}

TEST(Metrics, LosesNothingAmongThreads) {
  static constexpr std::array<std::string_view, 3> names = {"A", "B", "C"};
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; t++)
      threads.emplace_back([&] {
        for (size_t i = 0; i < 30'000; i++) metrics.count(names[i % 3], 200, 0.003, 2, 3);
      });
    EXPECT_THAT(metrics.render(), Not(HasSubstr("other")));  // rendering goes on beside counting
  }
  for (auto name : names)
    EXPECT_EQ(sample(metrics, "cumulet_requests_total{operation=\"" + std::string(name) + "\",status=\"200\"}"), "40000");
  EXPECT_EQ(sample(metrics, "cumulet_bytes_sent_total"), "360000");
}

}  // namespace
}  // namespace aws
