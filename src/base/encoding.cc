#include "base/encoding.h"

#include <algorithm>
#include <array>

namespace base {

static constexpr auto hex_pairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (size_t i = 0; i < pairs.size(); i++) pairs[i] = {"0123456789abcdef"[i >> 4], "0123456789abcdef"[i & 15]};
  return pairs;
}();

std::string to_hex(Bytes data) {
  std::string out(data.size() * 2, '\0');
  char* to = out.data();
  for (auto byte : data) to = std::ranges::copy(hex_pairs[byte], to).out;
  return out;
}

static constexpr auto hex_values = [] {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 10; i++) values['0' + i] = static_cast<int8_t>(i);
  for (int i = 0; i < 6; i++) values['a' + i] = values['A' + i] = static_cast<int8_t>(10 + i);
  return values;
}();

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return hex_values[c] >= 0; });
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2) return std::nullopt;
  std::string out(hex.size() / 2, '\0');
  for (size_t i = 0; i < out.size(); i++) {
    int high = hex_values[static_cast<uint8_t>(hex[2 * i])], low = hex_values[static_cast<uint8_t>(hex[2 * i + 1])];
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<char>(high << 4 | low);
  }
  return out;
}

static constexpr char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static constexpr auto base64_values = [] {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; i++) values[static_cast<uint8_t>(base64_alphabet[i])] = static_cast<int8_t>(i);
  return values;
}();

std::string to_base64(Bytes data) {
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  size_t i = 0;
  for (; i + 2 < data.size(); i += 3) {
    uint32_t n = uint32_t(data[i]) << 16 | uint32_t(data[i + 1]) << 8 | data[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) out += base64_alphabet[n >> shift & 63];
  }
  if (size_t rest = data.size() - i) {
    uint32_t n = uint32_t(data[i]) << 16 | (rest == 2 ? uint32_t(data[i + 1]) << 8 : 0);
    out += base64_alphabet[n >> 18];
    out += base64_alphabet[n >> 12 & 63];
    out += rest == 2 ? base64_alphabet[n >> 6 & 63] : '=';
    out += '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view encoded) {
  if (encoded.size() % 4) return std::nullopt;
  size_t padding = encoded.ends_with("==") ? 2 : encoded.ends_with("=") ? 1 : 0;
  std::string_view digits = encoded.substr(0, encoded.size() - padding);
  std::string out;
  out.reserve(encoded.size() / 4 * 3);
  uint32_t bits = 0;
  int count = 0;
  for (char c : digits) {
    int8_t value = base64_values[static_cast<uint8_t>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) out += static_cast<char>(bits >> (count -= 8));
  }
  if (bits & ((1u << count) - 1)) return std::nullopt;
  return out;
}

}  // namespace base
