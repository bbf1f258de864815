#pragma once
// Times in text, without locales.
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace codec {

std::string format_iso8601(base::Time time);         // 2026-11-22T10:00:00.000Z
std::string format_basic(base::Time time);           // 20261122T100000Z
std::string format_http_date(base::Time time);       // Sun, 22 Nov 2026 10:00:00 GMT
std::optional<base::Time> parse_basic(std::string_view text);
std::optional<base::Time> parse_iso8601(std::string_view text);  // fractions of a second are optional
// RFC 1123, RFC 850 and asctime dates; also with a numeric zone of +0000, as some clients of SigV2 send.
std::optional<base::Time> parse_http_date(std::string_view text);

}  // namespace codec
