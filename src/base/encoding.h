#pragma once
// Hexadecimal and base64, as the AWS protocols use them.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

using Bytes = std::span<const uint8_t>;

inline Bytes bytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }
inline std::string_view text(Bytes data) { return {reinterpret_cast<const char*>(data.data()), data.size()}; }

// Lower-case hexadecimal, two digits a byte.
std::string to_hex(Bytes data);
// Whether all of it are hexadecimal digits, of either case.
bool is_hex(std::string_view text);
// Accepts both cases; nothing for an odd length or another character.
std::optional<std::string> from_hex(std::string_view hex);

// RFC 4648 section 4, with padding.
std::string to_base64(Bytes data);
// Strict: padding required, no line breaks, unused bits zero; nothing otherwise.
std::optional<std::string> from_base64(std::string_view encoded);

}  // namespace base
