#pragma once
// Time, injected so that expiry and skew can be tested.
#include <chrono>

namespace base {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// **Threads** Any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace base
