#include "codec/json.h"

#include <boost/json/src.hpp>

#include <algorithm>

namespace codec {

namespace {

template <class T>
std::string number_text(T value) {
  char digits[40];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

Json convert(const boost::json::value& value);

Json convert(const boost::json::array& array) {
  std::vector<Json> items;
  items.reserve(array.size());
  for (auto& item : array) items.push_back(convert(item));
  return Json::array(std::move(items));
}

Json convert(const boost::json::object& object) {
  std::vector<JsonMember> members;
  members.reserve(object.size());
  for (auto& [name, value] : object) members.push_back({std::string(name), convert(value)});
  return Json::object(std::move(members));
}

// As deep as the parser allows.
Json convert(const boost::json::value& value) {
  using boost::json::kind;
  switch (value.kind()) {
    case kind::null: return Json();
    case kind::bool_: return Json::boolean(value.get_bool());
    case kind::int64: return Json::number(number_text(value.get_int64()), static_cast<double>(value.get_int64()));
    case kind::uint64: return Json::number(number_text(value.get_uint64()), static_cast<double>(value.get_uint64()));
    case kind::double_: return Json::number(number_text(value.get_double()), value.get_double());
    case kind::string: return Json::string(std::string(value.get_string()));
    case kind::array: return convert(value.get_array());
    case kind::object: return convert(value.get_object());
  }
  return Json();
}

}  // namespace

Json::Json() = default;
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Json Json::boolean(bool value) {
  Json json;
  json.kind_ = Kind::boolean;
  json.boolean_ = value;
  return json;
}

Json Json::number(std::string text, double value) {
  Json json;
  json.kind_ = Kind::number;
  json.text_ = std::move(text);
  json.number_ = value;
  return json;
}

Json Json::string(std::string text) {
  Json json;
  json.kind_ = Kind::string;
  json.text_ = std::move(text);
  return json;
}

Json Json::array(std::vector<Json> items) {
  Json json;
  json.kind_ = Kind::array;
  json.items_ = std::move(items);
  return json;
}

Json Json::object(std::vector<JsonMember> members) {
  Json json;
  json.kind_ = Kind::object;
  json.members_ = std::move(members);
  return json;
}

const Json* Json::find(std::string_view name) const {
  auto found = std::ranges::find(members_, name, &JsonMember::name);
  return found == members_.end() ? nullptr : &found->value;
}

base::Result<Json> parse_json(std::string_view text) {
  boost::json::error_code error;
  auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);  // 32 levels by default
  if (error) return base::fail(base::Errc::invalid, "JSON: " + error.message());
  return convert(value);
}

}  // namespace codec
