#include "bodies.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "digest.h"

namespace s3load {
namespace {

constexpr size_t variants = 16, variant_step = 64;

}  // namespace

Bodies::Bodies(const Options& options) : size_count_(options.sizes.size()) {
  random_.resize(std::ranges::max(options.sizes) + variants * variant_step + 8);
  fill_random();
  for (size_t size : options.sizes)
    for (size_t v = 0; v < variants; v++)
      bodies_.push_back(make(options, std::string_view(random_.data() + v * variant_step, size)));
}

void Bodies::fill_random() {
  Random random{0x9E3779B97F4A7C15ULL};  // fixed: a later run can verify what an earlier one wrote
  for (size_t i = 0; i + 8 <= random_.size(); i += 8) {
    uint64_t value = random();
    memcpy(&random_[i], &value, sizeof value);
  }
}

Body Bodies::make(const Options& o, std::string_view data) const {
  Body body{.data = data};
  bool writes = o.weights[Op::put] || o.prepare;
  if (!writes) return body;
  if (o.payload == Payload::hashed) body.sha256 = sha256_hex(data);
  if (o.payload == Payload::signed_chunks)
    for (size_t at = 0; at < data.size(); at += o.chunk_size) body.chunk_sha256.push_back(sha256_hex(data.substr(at, o.chunk_size)));
  if (o.payload == Payload::crc_trailer) body.crc32 = crc32_base64(data);
  if (o.verify) body.md5 = md5_hex(data);
  return body;
}

const Body& Bodies::of(uint64_t number) const {
  return bodies_[number % size_count_ * variants + number / size_count_ % variants];
}

std::string key_of(const Options& options, uint64_t number) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%08llu", static_cast<unsigned long long>(number));
  std::string key;
  key.reserve(options.prefix.size() + static_cast<size_t>(length));
  return key.append(options.prefix).append(digits, static_cast<size_t>(length));
}

}  // namespace s3load
