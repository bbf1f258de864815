// A query's parameters survive being encoded and read again; encodings have an inverse for every text.
#include "codec/percent.h"
#include "codec/query.h"
#include "codec/rfc2047.h"
#include "codec/utf8.h"
#include "fuzz.h"

static void check_query(std::string_view text) {
  auto query = codec::Query::parse(text);
  if (!query) return;
  fuzz::check(query->all().size() <= codec::Query::limit);
  std::string again;
  for (auto& parameter : query->all()) {
    fuzz::check(query->has(parameter.name));
    again += codec::percent_encode(parameter.name) + "=" + codec::percent_encode(parameter.value) + "&";
  }
  auto copy = codec::Query::parse(again);
  fuzz::check(copy && copy->all().size() == query->all().size());
  for (size_t i = 0; i < copy->all().size(); i++)
    fuzz::check(copy->all()[i].name == query->all()[i].name && copy->all()[i].value == query->all()[i].value);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = fuzz::text(data, size);
  check_query(text);
  codec::percent_decode(text);
  codec::rfc2047_decode(text);
  fuzz::check(codec::percent_decode(codec::percent_encode(text)) == text);
  bool plain = codec::is_utf8(text) && text.find("=?") == text.npos;
  fuzz::check(!plain || codec::rfc2047_decode(codec::rfc2047_encode(text)) == text);
  return 0;
}
