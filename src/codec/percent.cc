#include "codec/percent.h"

#include <array>

namespace codec {

static constexpr auto unreserved = [] {
  std::array<bool, 256> set{};
  for (unsigned char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) set[c] = true;
  return set;
}();

static void append_escape(std::string& out, unsigned char c) {
  static constexpr char digits[] = "0123456789ABCDEF";
  out += '%';
  out += digits[c >> 4];
  out += digits[c & 15];
}

void append_percent_encoded(std::string& out, std::string_view text, bool keep_slash) {
  for (unsigned char c : text) {
    if (unreserved[c] || (keep_slash && c == '/'))
      out += static_cast<char>(c);
    else
      append_escape(out, c);
  }
}

std::string percent_encode(std::string_view text, bool keep_slash) {
  std::string out;
  out.reserve(text.size() + 16);
  append_percent_encoded(out, text, keep_slash);
  return out;
}

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '%') {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    int high = digit(text[i + 1]), low = digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) { return decode(text, false); }
std::optional<std::string> form_decode(std::string_view text) { return decode(text, true); }

}  // namespace codec
