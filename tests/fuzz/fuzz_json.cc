// A document that is accepted can be written and read again as the same, but for its numbers.
#include "codec/json.h"
#include "fuzz.h"

using codec::Json;

static void write(codec::JsonWriter& out, const Json& json);

static void write_object(codec::JsonWriter& out, const Json& json) {
  out.begin_object();
  for (auto& member : json.members()) {
    out.key(member.name);
    write(out, member.value);
  }
  out.end_object();
}

static void write_array(codec::JsonWriter& out, const Json& json) {
  out.begin_array();
  for (auto& item : json.items()) write(out, item);
  out.end_array();
}

static void write(codec::JsonWriter& out, const Json& json) {
  switch (json.kind()) {
    case Json::Kind::null: return out.null();
    case Json::Kind::boolean: return out.value(json.boolean());
    case Json::Kind::number: fuzz::check(!json.text().empty()); return out.value(1);  // fractions may differ in the last digit
    case Json::Kind::string: return out.value(json.text());
    case Json::Kind::array: return write_array(out, json);
    case Json::Kind::object: return write_object(out, json);
  }
}

static std::string written(const Json& json) {
  codec::JsonWriter out;
  write(out, json);
  return std::move(out).str();
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = fuzz::text(data, size);
  std::string quoted;
  codec::append_json_string(quoted, text);
  fuzz::check(codec::parse_json(quoted).has_value());
  auto json = codec::parse_json(text);
  if (!json) return 0;
  auto once = written(*json);
  auto again = codec::parse_json(once);
  fuzz::check(again && written(*again) == once);
  return 0;
}
