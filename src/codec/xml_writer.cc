#include <algorithm>
#include <cassert>

#include "codec/xml.h"

namespace codec {

namespace {

// A line feed and a tab survive as they are between tags.
bool is_special(unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == '&' || c == '<' || c == '>' || c == '"'; }

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '&': out += "&amp;"; return;
    case '<': out += "&lt;"; return;
    case '>': out += "&gt;"; return;
    case '"': out += "&quot;"; return;
    default: break;
  }
  static constexpr char digits[] = "0123456789ABCDEF";
  out += "&#x";
  if (c >> 4) out += digits[c >> 4];
  out += digits[c & 15];
  out += ';';
}

}  // namespace

XmlWriter::XmlWriter() : out_(declaration) {}

void XmlWriter::open(std::string_view name, std::string_view attributes) {
  (out_ += '<') += name;
  if (!attributes.empty()) (out_ += ' ') += attributes;
  out_ += '>';
  open_.emplace_back(name);
}

void XmlWriter::close() {
  assert(!open_.empty());
  tag("</", open_.back());
  open_.pop_back();
}

// Most text has nothing to escape and is copied in one piece.
void XmlWriter::text(std::string_view text) {
  auto begin = text.begin();
  while (begin != text.end()) {
    auto special = std::find_if(begin, text.end(), is_special);
    out_.append(begin, special);
    if (special == text.end()) return;
    append_escape(out_, static_cast<unsigned char>(*special));
    begin = special + 1;
  }
}

void XmlWriter::element(std::string_view name, std::string_view content) {
  tag("<", name);
  text(content);
  tag("</", name);
}

}  // namespace codec
