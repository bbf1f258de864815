#pragma once
// Numbers in text, strictly.
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace codec {

// Decimal digits only: no sign, no space, no overflow.
inline std::optional<uint64_t> parse_u64(std::string_view text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Hexadecimal digits only.
inline std::optional<uint64_t> parse_hex_u64(std::string_view text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace codec
