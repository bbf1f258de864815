#pragma once
// Byte ranges. Source: RFC 9110 section 14; S3 serves one range, and the whole object where several are asked for.
#include <cstdint>
#include <optional>
#include <string_view>

#include "aws/errors.h"

namespace s3 {

// [offset, offset + length)
struct ByteRange {
  uint64_t offset = 0, length = 0;
};

// The part of an object of `size_bytes` that a Range header asks for; nothing where the header is to be ignored (not in bytes,
// several ranges, or not a range at all). **Errors** invalid_range: nothing of it exists.
aws::Result<std::optional<ByteRange>> parse_range(std::string_view header, uint64_t size_bytes);

// The range of x-amz-copy-source-range: "bytes=FIRST-LAST", both there and inside the object. **Errors** invalid_argument.
aws::Result<ByteRange> parse_copy_range(std::string_view header, uint64_t size_bytes);

}  // namespace s3
