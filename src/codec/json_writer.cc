#include <algorithm>
#include <cmath>

#include "codec/json.h"
#include "codec/utf8.h"

namespace codec {

static void append_escape(std::string& out, unsigned char c) {
  static constexpr char digits[] = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: (((out += "\\u00") += digits[c >> 4]) += digits[c & 15]); return;
  }
}

// The longest well-formed piece that begins with a byte past ASCII, or nothing.
static std::string_view character(std::string_view text) {
  for (size_t size = 2; size <= 4 && size <= text.size(); size++)
    if (is_utf8(text.substr(0, size))) return text.substr(0, size);
  return {};
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    auto c = static_cast<unsigned char>(text.front());
    size_t taken = 1;
    if (c < 0x20 || c == '"' || c == '\\') {
      append_escape(out, c);
    } else if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      auto whole = character(text);
      out += whole.empty() ? "\xEF\xBF\xBD" : whole;
      taken = std::max<size_t>(whole.size(), 1);
    }
    text.remove_prefix(taken);
  }
  out += '"';
}

void JsonWriter::separate() {
  if (!first_) out_ += ',';
}

void JsonWriter::begin(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
}

void JsonWriter::end(char bracket) {
  out_ += bracket;
  first_ = false;
}

void JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  first_ = true;
}

void JsonWriter::raw(std::string_view text) {
  separate();
  out_ += text;
  first_ = false;
}

void JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  first_ = false;
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  char digits[40];
  raw({digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
}

}  // namespace codec
