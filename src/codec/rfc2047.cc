#include "codec/rfc2047.h"

#include <algorithm>

#include "base/encoding.h"
#include "codec/percent.h"

namespace codec {

std::string rfc2047_encode(std::string_view text) {
  bool plain = std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
  if (plain) return std::string(text);
  return "=?UTF-8?B?" + base::to_base64(base::bytes(text)) + "?=";
}

static std::optional<std::string> decode_q(std::string_view text) {
  std::string escaped(text);
  for (char& c : escaped) {
    if (c == '_') c = ' ';
    if (c == '%') return std::nullopt;
    if (c == '=') c = '%';
  }
  return percent_decode(escaped);
}

// The word's text, for "=?charset?B?...?=" as a whole.
static std::optional<std::string> decode_word(std::string_view word) {
  auto inner = word.substr(2, word.size() - 4);
  auto charset_end = inner.find('?');
  if (charset_end == inner.npos || inner.size() < charset_end + 3 || inner[charset_end + 2] != '?') return std::nullopt;
  auto encoded = inner.substr(charset_end + 3);
  char kind = static_cast<char>(inner[charset_end + 1] | 32);
  return kind == 'b' ? base::from_base64(encoded) : kind == 'q' ? decode_q(encoded) : std::nullopt;
}

std::string rfc2047_decode(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto begin = text.find("=?");
    auto second = begin == text.npos ? begin : text.find('?', begin + 2);
    auto third = second == text.npos ? second : text.find('?', second + 1);
    auto end = third == text.npos ? third : text.find("?=", third + 1);
    if (end == text.npos) break;
    auto word = text.substr(begin, end + 2 - begin);
    auto decoded = decode_word(word);
    out += text.substr(0, begin);
    out += decoded ? *decoded : std::string(word);
    text.remove_prefix(end + 2);
  }
  return out + std::string(text);
}

}  // namespace codec
