// What a run measures.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "options.h"

namespace s3load {

// Latencies in nanoseconds. Log-linear, 64 steps to each power of two: a percentile is right to 1.6 %.
class Histogram {
 public:
  void add(uint64_t ns);
  void merge(const Histogram& other);
  double percentile_ms(double fraction) const;
  // An object of mean, p50, p90, p99, p999 and max in milliseconds.
  std::string json() const;

 private:
  static constexpr size_t bucket_count = 64 * 40;

  std::vector<uint64_t> counts_ = std::vector<uint64_t>(bucket_count);
  uint64_t total_ = 0, sum_ = 0, max_ = 0;
};

struct OpResult {
  uint64_t ops = 0, errors = 0, bytes = 0;
  Histogram latency, first_byte;

  void merge(const OpResult& other);
};

struct Result {
  PerOp<OpResult> per_op;
  std::map<std::string, uint64_t> errors;  // by kind: http_NNN with the S3 code, connect, closed, timeout, verify...
  std::vector<std::string> samples;        // the first few errors in words
  std::vector<uint64_t> timeline;          // completed requests of each second
  uint64_t reconnects = 0;

  void add_error(Op op, const std::string& kind, const std::string& sample);
  void merge(const Result& other);
  OpResult total() const;
};

uint64_t now_ns();

}  // namespace s3load
