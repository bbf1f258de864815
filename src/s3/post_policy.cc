#include "s3/post_policy.h"

#include "codec/json.h"
#include "codec/time.h"
#include "http/head.h"

namespace s3 {

using aws::ErrorCode;
using codec::Json;
using Match = PostPolicy::Match;
using Condition = PostPolicy::Condition;

namespace {

std::unexpected<aws::Error> invalid(const std::string& what) { return aws::fail(ErrorCode::invalid_policy_document, "Invalid Policy: " + what); }

std::unexpected<aws::Error> denied(const std::string& what) {
  return aws::fail(ErrorCode::access_denied, "Invalid according to Policy: " + what);
}

// {"acl": "public-read"}
aws::Result<> take_simple(const Json& json, PostPolicy& policy) {
  if (json.members().size() != 1) return invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
  auto& [name, value] = json.members().front();
  if (!value.is(Json::Kind::string)) return invalid("Invalid Simple-Condition: value must be a string.");
  policy.conditions.push_back({Match::eq, http::to_lower(name), value.text()});
  return {};
}

// As a number, or as a string that holds one.
std::optional<uint64_t> size_in(const Json& json) {
  if (!json.is(Json::Kind::number) && !json.is(Json::Kind::string)) return std::nullopt;
  return codec::parse_u64(json.text());
}

// ["content-length-range", 0, 1048576]; of several, all must hold.
aws::Result<> take_range(std::span<const Json> items, PostPolicy& policy) {
  auto min = size_in(items[1]), max = size_in(items[2]);
  if (!min || !max || *min > *max) return invalid("Invalid Condition: content-length-range goes with two sizes, the smaller one first.");
  policy.min_bytes = std::max(policy.min_bytes, *min);
  policy.max_bytes = std::min(policy.max_bytes, *max);
  return {};
}

// ["starts-with", "$key", "user/"]
aws::Result<> take_list(std::span<const Json> items, PostPolicy& policy) {
  if (items.size() != 3) return invalid("Invalid Condition: wrong number of arguments.");
  auto operation = http::to_lower(items[0].text());
  if (operation == "content-length-range") return take_range(items, policy);
  if (operation != "eq" && operation != "starts-with") return invalid("Invalid Condition: unknown operation '" + operation + "'.");
  bool strings = std::ranges::all_of(items, [](auto& item) { return item.is(Json::Kind::string); });
  if (!strings || !items[1].text().starts_with('$')) return invalid("Invalid Condition: expected a field's name after '$', and a string.");
  policy.conditions.push_back({operation == "eq" ? Match::eq : Match::starts_with, http::to_lower(items[1].text().substr(1)), items[2].text()});
  return {};
}

aws::Result<> take_condition(const Json& json, PostPolicy& policy) {
  if (json.is(Json::Kind::object)) return take_simple(json, policy);
  if (json.is(Json::Kind::array)) return take_list(json.items(), policy);
  return invalid("Invalid Condition: expected a list or an object.");
}

// Where a value is a list of types, each has to begin as asked.
bool starts_as_asked(const Condition& condition, std::string_view value) {
  if (condition.field != "content-type") return value.starts_with(condition.value);
  for (;;) {
    auto comma = value.find(',');
    auto one = value.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (!one.starts_with(condition.value)) return false;
    if (comma == value.npos) return true;
    value.remove_prefix(comma + 1);
  }
}

bool meets(const Condition& condition, std::string_view value) {
  return condition.match == Match::eq ? value == condition.value : starts_as_asked(condition, value);
}

// At least one field of the name is there, and all of them are as asked.
bool holds(const Condition& condition, std::span<const codec::FormField> fields, std::string_view bucket) {
  bool there = condition.field == "bucket";
  if (there && !meets(condition, bucket)) return false;
  for (auto& field : fields) {
    if (!http::equal_ignoring_case(field.name, condition.field)) continue;
    if (!meets(condition, field.value)) return false;
    there = true;
  }
  return there;
}

// ["eq", "$key", "a"]
std::string shown(const Condition& condition) {
  std::string text = condition.match == Match::eq ? "[\"eq\", " : "[\"starts-with\", ";
  codec::append_json_string(text, "$" + condition.field);
  text += ", ";
  codec::append_json_string(text, condition.value);
  return text + "]";
}

// What signs the form cannot be in the text that it signs.
bool needs_no_condition(std::string_view name) {
  static constexpr std::string_view signing[] = {"awsaccesskeyid", "policy", "signature", "x-amz-signature"};
  return std::ranges::find(signing, name) != std::end(signing) || name.starts_with("x-ignore-");
}

bool is_covered(const PostPolicy& policy, std::string_view name) {
  return std::ranges::any_of(policy.conditions, [&](auto& condition) { return condition.field == name; });
}

}  // namespace

aws::Result<PostPolicy> parse_post_policy(std::string_view json) {
  auto parsed = codec::parse_json(json);
  if (!parsed || !parsed->is(Json::Kind::object)) return invalid("Invalid JSON.");
  for (auto& member : parsed->members())
    if (member.name != "expiration" && member.name != "conditions") return invalid("Unexpected: '" + member.name + "'");
  auto *expiration = parsed->find("expiration"), *conditions = parsed->find("conditions");
  if (!expiration) return invalid("Policy missing expiration.");
  if (!conditions || !conditions->is(Json::Kind::array)) return invalid("Policy missing conditions.");
  auto time = codec::parse_iso8601(expiration->is(Json::Kind::string) ? expiration->text() : "");
  if (!time) return invalid("Invalid 'expiration' value: '" + expiration->text() + "'");
  PostPolicy policy;
  policy.expiration = *time;
  for (auto& condition : conditions->items()) TRY_VOID(take_condition(condition, policy));
  return policy;
}

aws::Result<> check_post_policy(const PostPolicy& policy, std::span<const codec::FormField> fields, std::string_view bucket, base::Time now) {
  if (now >= policy.expiration) return denied("Policy expired.");
  for (auto& condition : policy.conditions)
    if (!holds(condition, fields, bucket)) return denied("Policy Condition failed: " + shown(condition));
  if (!is_covered(policy, "bucket")) return denied("Extra input fields: bucket");
  for (auto& field : fields) {
    auto name = http::to_lower(field.name);
    if (!needs_no_condition(name) && !is_covered(policy, name)) return denied("Extra input fields: " + name);
  }
  return {};
}

}  // namespace s3
