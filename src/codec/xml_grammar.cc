#include "codec/xml_grammar.h"

#include <algorithm>
#include <charconv>

#include "codec/utf8.h"

namespace codec {

namespace {

using base::Errc;
using base::fail;
using base::Result;

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
}

// "#38" or "#x26". Control characters are accepted (XML 1.1 has them, S3 lists keys with them); NUL and surrogates are not.
bool is_character_number(std::string_view text) {
  text.remove_prefix(1);
  bool hex = text.starts_with('x');
  if (hex) text.remove_prefix(1);
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return false;
  return value != 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
}

bool is_reference(std::string_view name) {
  if (name.starts_with('#')) return is_character_number(name);
  return name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos";
}

bool are_references_good(std::string_view text) {
  for (auto at = text.find('&'); at != text.npos; at = text.find('&')) {
    text.remove_prefix(at + 1);
    auto end = text.substr(0, 16).find(';');
    if (end == text.npos || !is_reference(text.substr(0, end))) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

// Where the tag that begins at the front ends: its ">" outside of quotes.
size_t tag_end(std::string_view tag) {
  char quote = 0;
  for (size_t i = 1; i < tag.size(); i++) {
    char c = tag[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i;
    } else if (c == '<') {
      break;
    }
  }
  return tag.npos;
}

class Checker {
 public:
  explicit Checker(std::string_view body) : rest_(body) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  Result<> run() {
    while (!rest_.empty()) {
      TRY_VOID(text());
      if (!rest_.empty()) TRY_VOID(markup());
    }
    if (depth_ || !roots_) return fail(Errc::invalid, "an XML document that does not end");
    return {};
  }

 private:
  Result<> text() {
    auto text = rest_.substr(0, rest_.find('<'));
    rest_.remove_prefix(text.size());
    bool good = depth_ ? are_references_good(text) : text.find_first_not_of(" \t\r\n") == text.npos;
    if (!good) return fail(Errc::invalid, depth_ ? "an unknown reference in XML" : "text beside the XML root element");
    return {};
  }

  Result<> markup() {
    if (rest_.starts_with("<!--")) return skip("<!--", "-->");
    if (rest_.starts_with("<![CDATA[") && depth_) return skip("<![CDATA[", "]]>");
    if (rest_.starts_with("<!")) return fail(Errc::invalid, "a declaration in XML");
    if (rest_.starts_with("<?")) return skip("<?", "?>");
    auto end = tag_end(rest_);
    if (end == rest_.npos) return fail(Errc::invalid, "an XML tag that does not end");
    auto tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return tag.starts_with('/') ? close() : open(tag);
  }

  Result<> skip(std::string_view begin, std::string_view end) {
    auto at = rest_.find(end, begin.size());
    if (at == rest_.npos) return fail(Errc::invalid, "XML markup that does not end");
    rest_.remove_prefix(at + end.size());
    return {};
  }

  Result<> close() {
    if (!depth_) return fail(Errc::invalid, "an XML tag that closes nothing");
    depth_--;
    return {};
  }

  Result<> open(std::string_view tag) {
    if (!are_references_good(tag)) return fail(Errc::invalid, "an unknown reference in an XML attribute");
    if (!depth_ && roots_++) return fail(Errc::invalid, "two XML root elements");
    if (++elements_ > xml_element_limit) return fail(Errc::too_large, "too many XML elements");
    if (!tag.ends_with('/')) depth_++;
    if (depth_ > xml_depth_limit) return fail(Errc::too_large, "XML elements too deep");
    return {};
  }

  std::string_view rest_;
  size_t depth_ = 0, elements_ = 0, roots_ = 0;
};

}  // namespace

Result<> check_xml(std::string_view body) {
  if (has_control(body)) return fail(Errc::invalid, "a control character in XML");
  if (!is_utf8(body)) return fail(Errc::invalid, "XML that is not UTF-8");
  return Checker(body).run();
}

}  // namespace codec
