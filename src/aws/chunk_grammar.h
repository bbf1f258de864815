#pragma once
// The lines between the data of an aws-chunked body, as pure functions.
// Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple
// Chunks" and its page on trailing headers.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aws {

// "10000;chunk-signature=…": what stands before a chunk's data.
struct ChunkHead {
  uint64_t size_bytes = 0;
  std::string signature;  // 64 hexadecimal digits; empty in unsigned bodies

  // `line` without its line end. Nothing where it is not one of that kind.
  static std::optional<ChunkHead> parse(std::string_view line, bool is_signed);
};

// "x-amz-checksum-crc32:AAAAAA=="
struct TrailerField {
  std::string name;  // lower case
  std::string value;

  static std::optional<TrailerField> parse(std::string_view line);
};

inline constexpr std::string_view trailer_signature_name = "x-amz-trailer-signature";

}  // namespace aws
