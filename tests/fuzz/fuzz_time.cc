// A time that is read can be written in its format and read again as the same.
#include "codec/time.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = fuzz::text(data, size);
  if (auto time = codec::parse_basic(text)) fuzz::check(codec::parse_basic(codec::format_basic(*time)) == time);
  if (auto time = codec::parse_iso8601(text)) fuzz::check(codec::parse_iso8601(codec::format_iso8601(*time)) == time);
  if (auto time = codec::parse_http_date(text)) fuzz::check(codec::parse_http_date(codec::format_http_date(*time)) == time);
  return 0;
}
