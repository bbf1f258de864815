// One phase of a run: create the bucket, prepare, the measured load, clean up.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

#include "options.h"

namespace s3load {

// What the workers of a stage share. **Threads**: only the atomics change while it runs.
struct Stage {
  PerOp<int> weights;
  int connections = 1;
  double warmup_s = 0, duration_s = 0;  // no duration: until `limit` requests are done
  uint64_t limit = 0;                   // 0: none
  double rate = 0;                      // requests a second in all; 0: as fast as they are answered
  bool unique = false;

  uint64_t start_ns = 0, count_from_ns = 0, end_ns = std::numeric_limits<uint64_t>::max();
  std::atomic<uint64_t> issued{0}, next_put{0}, next_delete{0};

  bool mixed() const { return std::ranges::count_if(weights.values, [](int weight) { return weight > 0; }) > 1; }
  void start(uint64_t now_ns) {
    start_ns = now_ns;
    count_from_ns = now_ns + static_cast<uint64_t>(warmup_s * 1e9);
    if (duration_s > 0) end_ns = count_from_ns + static_cast<uint64_t>(duration_s * 1e9);
  }
};

}  // namespace s3load
