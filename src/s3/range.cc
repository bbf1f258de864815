#include "s3/range.h"

#include "codec/numbers.h"

namespace s3 {

using aws::ErrorCode;

namespace {

struct Ends {
  std::optional<uint64_t> first, last;
};

// "bytes=1-2", "bytes=1-", "bytes=-2"; nothing for all else.
std::optional<Ends> parse_ends(std::string_view header) {
  static constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit)) return std::nullopt;
  header.remove_prefix(unit.size());
  auto dash = header.find('-');
  if (dash == header.npos) return std::nullopt;
  auto first = header.substr(0, dash), last = header.substr(dash + 1);
  Ends ends{codec::parse_u64(first), codec::parse_u64(last)};
  bool good = (ends.first || first.empty()) && (ends.last || last.empty()) && (ends.first || ends.last);
  if (!good || (ends.first && ends.last && *ends.last < *ends.first)) return std::nullopt;
  return ends;
}

std::unexpected<aws::Error> unsatisfiable(std::string_view header, uint64_t size_bytes) {
  return aws::fail(ErrorCode::invalid_range, {},
                   {{"RangeRequested", std::string(header)}, {"ActualObjectSize", std::to_string(size_bytes)}});
}

}  // namespace

aws::Result<std::optional<ByteRange>> parse_range(std::string_view header, uint64_t size_bytes) {
  auto ends = parse_ends(header);
  if (!ends) return std::nullopt;
  if (!ends->first) {
    uint64_t length = std::min(*ends->last, size_bytes);
    if (!length) return unsatisfiable(header, size_bytes);
    return ByteRange{size_bytes - length, length};
  }
  if (*ends->first >= size_bytes) return unsatisfiable(header, size_bytes);
  uint64_t last = std::min(ends->last.value_or(size_bytes - 1), size_bytes - 1);
  return ByteRange{*ends->first, last - *ends->first + 1};
}

aws::Result<ByteRange> parse_copy_range(std::string_view header, uint64_t size_bytes) {
  auto ends = parse_ends(header);
  if (!ends || !ends->first || !ends->last)
    return aws::fail(ErrorCode::invalid_argument,
                     "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                     "zero-based offsets of the first and last bytes to copy",
                     {{"ArgumentName", "x-amz-copy-source-range"}, {"ArgumentValue", std::string(header)}});
  if (*ends->last >= size_bytes)
    return aws::fail(ErrorCode::invalid_argument,
                     "Range specified is not valid for source object of size: " + std::to_string(size_bytes),
                     {{"ArgumentName", "x-amz-copy-source-range"}, {"ArgumentValue", std::string(header)}});
  return ByteRange{*ends->first, *ends->last - *ends->first + 1};
}

}  // namespace s3
