// The objects that a run reads and writes. Number k has size sizes[k % n] and one of a few contents, all slices of one
// random buffer: a PUT copies nothing, and a GET can be compared with memcmp, also against what an earlier run wrote.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"

namespace s3load {

struct Body {
  std::string_view data;
  // Filled only where the options need them: hex, hex, base64, and a hex digest for each signed chunk.
  std::string sha256, md5, crc32;
  std::vector<std::string> chunk_sha256;

  size_t size() const { return data.size(); }
};

// **Threads**: immutable once made.
class Bodies {
 public:
  explicit Bodies(const Options& options);
  Bodies(const Bodies&) = delete;

  const Body& of(uint64_t number) const;

 private:
  void fill_random();
  Body make(const Options& options, std::string_view data) const;

  size_t size_count_;
  std::vector<char> random_;
  std::vector<Body> bodies_;  // [size index * variants + variant]
};

// A fast generator (xorshift64*) for choices and for bytes; `state` must not be zero.
struct Random {
  uint64_t state;
  uint64_t operator()() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1DULL;
  }
  uint64_t below(uint64_t n) { return (*this)() % n; }
};

// The key of object `number`.
std::string key_of(const Options& options, uint64_t number);

}  // namespace s3load
