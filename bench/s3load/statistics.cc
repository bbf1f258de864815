#include "statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace s3load {
namespace {

constexpr size_t samples_a_worker = 3, samples_in_all = 5;

size_t bucket_of(uint64_t value) {
  if (value < 64) return value;
  int shift = 57 - std::countl_zero(value);  // leaves seven bits: 64..127
  return static_cast<size_t>(shift + 1) * 64 + (value >> shift) - 64;
}

uint64_t upper_bound(size_t bucket) { return bucket < 64 ? bucket : ((bucket % 64 + 65) << (bucket / 64 - 1)) - 1; }

template <class T>
void add_each(std::vector<T>& to, const std::vector<T>& from) {
  if (to.size() < from.size()) to.resize(from.size());
  for (size_t i = 0; i < from.size(); i++) to[i] += from[i];
}

}  // namespace

void Histogram::add(uint64_t ns) {
  counts_[std::min(bucket_of(ns), bucket_count - 1)]++;
  total_++;
  sum_ += ns;
  max_ = std::max(max_, ns);
}

void Histogram::merge(const Histogram& other) {
  add_each(counts_, other.counts_);
  total_ += other.total_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

double Histogram::percentile_ms(double fraction) const {
  auto want = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(static_cast<double>(total_) * fraction)));
  uint64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); i++)
    if ((seen += counts_[i]) >= want) return static_cast<double>(std::min(upper_bound(i), max_)) / 1e6;
  return static_cast<double>(max_) / 1e6;
}

std::string Histogram::json() const {
  char text[240];
  double mean = total_ ? static_cast<double>(sum_) / static_cast<double>(total_) / 1e6 : 0;
  snprintf(text, sizeof text, R"({"mean":%.4f,"p50":%.4f,"p90":%.4f,"p99":%.4f,"p999":%.4f,"max":%.4f})", mean, percentile_ms(.5),
           percentile_ms(.9), percentile_ms(.99), percentile_ms(.999), static_cast<double>(max_) / 1e6);
  return text;
}

void OpResult::merge(const OpResult& other) {
  ops += other.ops;
  errors += other.errors;
  bytes += other.bytes;
  latency.merge(other.latency);
  first_byte.merge(other.first_byte);
}

void Result::add_error(Op op, const std::string& kind, const std::string& sample) {
  per_op[op].errors++;
  errors[kind]++;
  if (samples.size() < samples_a_worker) samples.push_back(sample);
}

void Result::merge(const Result& other) {
  for (size_t i = 0; i < op_count; i++) per_op.values[i].merge(other.per_op.values[i]);
  for (auto& [kind, count] : other.errors) errors[kind] += count;
  for (auto& sample : other.samples)
    if (samples.size() < samples_in_all) samples.push_back(sample);
  add_each(timeline, other.timeline);
  reconnects += other.reconnects;
}

OpResult Result::total() const {
  OpResult sum;
  for (auto& op : per_op.values) sum.merge(op);
  return sum;
}

uint64_t now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1000000000 + static_cast<uint64_t>(t.tv_nsec);
}

}  // namespace s3load
