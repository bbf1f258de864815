#include "base/ascending_id.h"

#include <atomic>

#include "base/random.h"

namespace base {

static void put_hex(char* end, uint64_t value, size_t digits) {
  for (; digits; digits--, value >>= 4) *--end = "0123456789abcdef"[value & 15];
}

std::string ascending_id(Time now) {
  static constexpr size_t time_digits = 12, count_digits = 8, process_digits = ascending_id_digits - time_digits - count_digits;
  static const std::string process = random_hex(process_digits);
  static std::atomic<uint32_t> count{0};
  std::string id(ascending_id_digits, '0');
  put_hex(id.data() + time_digits, static_cast<uint64_t>(now.time_since_epoch().count()), time_digits);
  put_hex(id.data() + time_digits + count_digits, count++, count_digits);
  process.copy(id.data() + time_digits + count_digits, process_digits);
  return id;
}

}  // namespace base
