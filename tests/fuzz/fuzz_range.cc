// What a range names is inside the object, and names itself; the first eight bytes are the object's size.
#include <cstring>

#include "fuzz.h"
#include "s3/range.h"

static bool is_inside(s3::ByteRange range, uint64_t size_bytes) {
  return range.length > 0 && range.offset < size_bytes && range.length <= size_bytes - range.offset;
}

static std::string written(s3::ByteRange range) {
  return "bytes=" + std::to_string(range.offset) + "-" + std::to_string(range.offset + range.length - 1);
}

static bool is_same(const s3::ByteRange& a, const s3::ByteRange& b) { return a.offset == b.offset && a.length == b.length; }

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uint64_t size_bytes = 0;
  if (size < sizeof size_bytes) return 0;
  std::memcpy(&size_bytes, data, sizeof size_bytes);
  auto header = fuzz::text(data + sizeof size_bytes, size - sizeof size_bytes);
  auto range = s3::parse_range(header, size_bytes);
  auto copy = s3::parse_copy_range(header, size_bytes);
  if (range && *range) {
    fuzz::check(is_inside(**range, size_bytes));
    auto again = s3::parse_range(written(**range), size_bytes);
    fuzz::check(again && *again && is_same(**again, **range));
  }
  if (copy) fuzz::check(is_inside(*copy, size_bytes) && range && *range && is_same(*copy, **range));
  return 0;
}
