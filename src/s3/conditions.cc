#include "s3/conditions.h"

#include "codec/time.h"

namespace s3 {

using aws::ErrorCode;

static std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view plain_etag(std::string_view tag) {
  tag = trim(tag);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  return tag;
}

// Whether a list of ETags, or "*", names this one.
static bool names_etag(std::string_view list, std::string_view etag) {
  for (;;) {
    auto comma = list.find(',');
    auto one = plain_etag(list.substr(0, comma));
    if (one == "*" || one == etag) return true;
    if (comma == list.npos) return false;
    list.remove_prefix(comma + 1);
  }
}

static std::unexpected<aws::Error> failed(std::string_view header) {
  return aws::fail(ErrorCode::precondition_failed, {}, {{"Condition", std::string(header)}});
}

// Dates that cannot be read are passed over, as RFC 9110 has it.
static std::optional<base::Time> date_of(const aws::Call& call, std::string_view header) {
  auto value = call.exchange.head().find(header);
  return value ? codec::parse_http_date(*value) : std::nullopt;
}

aws::Result<Freshness> check_read_conditions(const aws::Call& call, const ObjectRecord& object, ConditionsOn on) {
  std::string prefix = on == ConditionsOn::copy_source ? "x-amz-copy-source-" : "";
  auto match = call.exchange.head().find(prefix + "if-match");
  auto none_match = call.exchange.head().find(prefix + "if-none-match");
  if (match && !names_etag(*match, object.etag)) return failed("If-Match");
  auto unmodified = match ? std::nullopt : date_of(call, prefix + "if-unmodified-since");
  if (unmodified && object.modified > *unmodified) return failed("If-Unmodified-Since");
  bool not_modified = none_match && names_etag(*none_match, object.etag);
  auto since = none_match ? std::nullopt : date_of(call, prefix + "if-modified-since");
  if (since && object.modified <= *since) not_modified = true;
  if (!not_modified) return Freshness::send;
  if (on == ConditionsOn::copy_source) return failed(none_match ? "If-None-Match" : "If-Modified-Since");
  return Freshness::not_modified;
}

aws::Result<WriteConditions> write_conditions(const aws::Call& call) {
  WriteConditions wanted;
  if (auto none_match = call.exchange.head().find("if-none-match")) {
    if (trim(*none_match) != "*")
      return aws::fail(ErrorCode::not_implemented, "A header you provided implies functionality that is not implemented",
                       {{"Header", "If-None-Match"}});
    wanted.if_absent = true;
  }
  if (auto match = call.exchange.head().find("if-match")) wanted.if_match = plain_etag(*match);
  return wanted;
}

aws::Result<> check_write_conditions(const WriteConditions& conditions, const std::optional<ObjectRecord>& current) {
  if (conditions.if_absent && current) return failed("If-None-Match");
  if (!conditions.if_match) return {};
  if (!current) return aws::fail(ErrorCode::no_such_key);
  if (*conditions.if_match != "*" && *conditions.if_match != current->etag) return failed("If-Match");
  return {};
}

bool if_range_holds(const aws::Call& call, const ObjectRecord& object) {
  auto value = call.exchange.head().find("if-range");
  if (!value) return true;
  if (auto date = codec::parse_http_date(*value)) return object.modified <= *date;
  return plain_etag(*value) == object.etag;
}

}  // namespace s3
