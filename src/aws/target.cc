#include "aws/target.h"

#include "codec/percent.h"

namespace aws {

std::optional<std::string_view> origin_form(std::string_view target) {
  if (target.starts_with('/')) return target;
  if (!target.starts_with("http://") && !target.starts_with("https://")) return std::nullopt;
  auto end = target.find_first_of("/?", target.find("//") + 2);
  return end == target.npos ? std::string_view("/") : target.substr(end);
}

Result<> read_target(Call& call) {
  auto target = origin_form(call.exchange.head().target());
  if (!target) return fail(ErrorCode::invalid_uri);
  auto mark = target->find('?');
  auto path = codec::percent_decode(target->substr(0, mark));
  if (!path) return fail(ErrorCode::invalid_uri);
  call.path = path->empty() ? "/" : std::move(*path);
  if (mark == target->npos) return {};
  auto query = codec::Query::parse(target->substr(mark + 1));
  if (!query) return fail(ErrorCode::invalid_uri);
  call.query = std::move(*query);
  return {};
}

Result<> read_host(Call& call) {
  auto& head = call.exchange.head();
  auto host = head.find("Host");
  bool missing = !host && head.version() >= 11;
  if (missing || head.count("Host") > 1) return fail(ErrorCode::bad_request, "A request has exactly one Host header.");
  call.host = host.value_or("");
  return {};
}

// What belongs to the signature itself; and checksums, which presigners compute of a body that they do not have.
static constexpr std::string_view never_promoted[] = {
    "x-amz-algorithm",     "x-amz-checksum-",      "x-amz-content-sha256", "x-amz-credential",  "x-amz-date",     "x-amz-expires",
    "x-amz-sdk-checksum-", "x-amz-security-token", "x-amz-signature",      "x-amz-signedheaders", "x-amz-user-agent"};

void promote_parameters(Call& call) {
  bool presigned = call.query.has("X-Amz-Signature") || (call.query.has("Signature") && call.query.has("AWSAccessKeyId"));
  if (!presigned) return;
  for (auto& parameter : call.query.all()) {
    auto name = http::to_lower(parameter.name);
    bool own = std::ranges::any_of(never_promoted, [&](auto prefix) { return name.starts_with(prefix); });
    bool promoted = name.starts_with("x-amz-") && !own && !call.exchange.head().find(name);
    if (promoted && http::is_token(name) && http::is_field_value(parameter.value)) call.exchange.add_field(name, parameter.value);
  }
}

}  // namespace aws
