#include "codec/rfc2047.h"

#include <algorithm>

#include "base/encoding.h"
#include "codec/percent.h"
#include "codec/utf8.h"

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

static bool is_known_charset(std::string_view name) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(name, std::string_view("utf-8"), {}, lower) || std::ranges::equal(name, std::string_view("us-ascii"), {}, lower);
}

// The word's text, for "=?charset?B?...?=" as a whole.
static std::optional<std::string> decode_word(std::string_view word) {
  auto inner = word.substr(2, word.size() - 4);
  auto charset_end = inner.find('?');
  if (charset_end == inner.npos || inner.size() < charset_end + 3 || inner[charset_end + 2] != '?') return std::nullopt;
  if (!is_known_charset(inner.substr(0, charset_end))) return std::nullopt;
  auto encoded = inner.substr(charset_end + 3);
  char kind = static_cast<char>(inner[charset_end + 1] | 32);
  auto text = kind == 'b' ? base::from_base64(encoded) : kind == 'q' ? decode_q(encoded) : std::nullopt;
  return text && is_utf8(*text) ? text : std::nullopt;
}

// Where the first "=?charset?B?...?=" stands.
static std::optional<std::string_view> find_word(std::string_view text) {
  auto begin = text.find("=?");
  auto second = begin == text.npos ? begin : text.find('?', begin + 2);
  auto third = second == text.npos ? second : text.find('?', second + 1);
  auto end = third == text.npos ? third : text.find("?=", third + 1);
  if (end == text.npos) return std::nullopt;
  return text.substr(begin, end + 2 - begin);
}

std::string rfc2047_decode(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (auto word = find_word(text)) {
    auto before = text.substr(0, static_cast<size_t>(word->data() - text.data()));
    auto decoded = decode_word(*word);
    // White space between two words only separates them: long text is cut into several.
    bool separator = after_word && decoded && before.find_first_not_of(" \t") == before.npos;
    if (!separator) out += before;
    out += decoded ? *decoded : std::string(word->substr(0, 2));
    // What is no word may have one beginning inside it.
    text.remove_prefix(before.size() + (decoded ? word->size() : 2));
    after_word = decoded.has_value();
  }
  return out + std::string(text);
}

}  // namespace codec
