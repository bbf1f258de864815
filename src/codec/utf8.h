#pragma once
// Which bytes are text.
#include <string_view>

namespace codec {

// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

// Whether XML 1.0 can carry the text: well-formed UTF-8 without control characters (tab and line ends are none here), U+FFFE
// and U+FFFF. Not a reason to refuse a key: listings have encoding-type=url for the others.
bool is_xml_safe(std::string_view text);

}  // namespace codec
