#pragma once
// Which bytes are text.
#include <string_view>

namespace codec {

// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace codec
