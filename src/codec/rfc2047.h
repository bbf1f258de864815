#pragma once
// Non-ASCII text in header values, as RFC 2047 has it; S3 uses it for user metadata.
#include <string>
#include <string_view>

namespace codec {

// A value that is not printable ASCII becomes one "=?UTF-8?B?...?=" word; all others stay as they are.
std::string rfc2047_encode(std::string_view text);
// The other way: encoded words (B and Q) in UTF-8 or US-ASCII become text; what is not one stays as it is.
std::string rfc2047_decode(std::string_view text);

}  // namespace codec
