#pragma once
// Percent-encoding, as RFC 3986 and the AWS protocols have it.
#include <optional>
#include <string>
#include <string_view>

namespace codec {

// Everything but A-Z a-z 0-9 - . _ ~ (and "/", if asked) becomes %XX with upper-case digits.
void append_percent_encoded(std::string& out, std::string_view text, bool keep_slash = false);
std::string percent_encode(std::string_view text, bool keep_slash = false);

// Nothing for a malformed escape. "+" stays "+".
std::optional<std::string> percent_decode(std::string_view text);

// As percent_decode, but "+" is a space: application/x-www-form-urlencoded.
std::optional<std::string> form_decode(std::string_view text);


}  // namespace codec
