// Signature Version 4, in the Authorization header and in the query.
#include <cstring>
#include <deque>
#include <functional>

#include "aws/authenticate_parts.h"
#include "base/encoding.h"
#include "codec/numbers.h"
#include "codec/time.h"
#include "crypto/hmac.h"
#include "crypto/sigv4.h"

namespace aws {

namespace {

constexpr std::chrono::seconds max_expires{7 * 24 * 3600};
constexpr std::chrono::minutes max_ahead{15};

// A signature that a request claims, and everything that it must cover. Views of the request.
struct Claim {
  crypto::Authorization authorization;
  std::string time;          // as x-amz-date
  std::string_view payload;  // the value of x-amz-content-sha256
  ErrorCode malformed;       // the error for a scope that does not fit
};

std::string_view subject(ErrorCode malformed) {
  return malformed == ErrorCode::authorization_header_malformed ? "The authorization header is malformed; "
                                                                : "Error parsing the X-Amz-Credential parameter; ";
}

// The scope must name this day, this region and this service, else a signature could be used elsewhere.
Result<> check_scope(const AuthContext& context, const Claim& claim) {
  auto& credential = claim.authorization.credential;
  auto wrong = [&](std::string what, Details details = {}) {
    return fail(claim.malformed, std::string(subject(claim.malformed)) + what, std::move(details));
  };
  if (credential.date != std::string_view(claim.time).substr(0, 8))
    return wrong("Invalid credential date \"" + std::string(credential.date) + "\". This date is not the same as X-Amz-Date: \"" + claim.time + "\".");
  if (credential.service != context.settings.service)
    return wrong("incorrect service \"" + std::string(credential.service) + "\". This endpoint belongs to \"" + context.settings.service + "\".");
  if (credential.region != context.settings.region)
    return wrong("the region '" + std::string(credential.region) + "' is wrong; expecting '" + context.settings.region + "'", {{"Region", context.settings.region}});
  return {};
}

bool is_listed(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](auto listed) { return http::equal_ignoring_case(listed, name); });
}

// Names of signed headers are sorted, each once: else each repetition would repeat all fields of that name.
bool is_strictly_ascending(const std::vector<std::string_view>& names) {
  return std::ranges::adjacent_find(names, std::greater_equal()) == names.end();
}

// Signed by way of the query, where presigners put headers: it was promoted to a header when the request was routed.
bool is_signed_parameter(const Call& call, const http::RequestHead::Field& field) {
  return std::ranges::any_of(call.query.all(), [&](auto& parameter) { return http::equal_ignoring_case(parameter.name, field.name) && parameter.value == field.value; });
}

// The host and every x-amz-* header must be covered: what they say could else be changed on the way.
Result<> check_signed_headers(const Call& call, const std::vector<std::string_view>& names) {
  std::string missing = is_listed(names, "host") ? "" : "host";
  auto& head = call.exchange.head();
  for (size_t i = 0; i < head.field_count(); i++) {
    auto name = head.field(i).name;
    bool matters = name.size() > 6 && http::equal_ignoring_case(name.substr(0, 6), "x-amz-");
    if (matters && !is_listed(names, name) && !is_signed_parameter(call, head.field(i))) (missing += missing.empty() ? "" : ", ") += http::to_lower(name);
  }
  if (missing.empty()) return {};
  return fail(ErrorCode::access_denied, "There were headers present in the request which were not signed", {{"HeadersNotSigned", missing}});
}

// The signed headers' fields, in the order that the client signed them in. `host`: the value to take for that one.
crypto::NamedValues covered_headers(const http::RequestHead& head, const std::vector<std::string_view>& names, std::string_view host) {
  crypto::NamedValues out;
  for (auto name : names) {
    if (name == "host") {
      out.emplace_back(name, host);
      continue;
    }
    size_t before = out.size();
    for (size_t i = 0; i < head.field_count(); i++)
      if (auto field = head.field(i); http::equal_ignoring_case(field.name, name)) out.emplace_back(name, field.value);
    if (out.size() == before) out.emplace_back(name, "");
  }
  return out;
}

std::string canonical_request(const Call& call, const Claim& claim, std::string_view host) {
  crypto::NamedValues query;
  for (auto& parameter : call.query.all())
    if (parameter.name != "X-Amz-Signature") query.emplace_back(parameter.name, parameter.value);
  auto& head = call.exchange.head();
  return crypto::canonical_request(head.method(), call.path, query, covered_headers(head, claim.authorization.signed_headers, host), claim.payload);
}

struct SigningKey {
  std::string secret, date, region, service, bytes;
  crypto::HmacSha256 sign;
};

// Keys are derived once a day for each secret, by each thread, which remembers the last few.
const SigningKey& signing_key(const std::string& secret, const crypto::Credential& credential) {
  static constexpr size_t limit = 16;
  thread_local std::deque<SigningKey> known;
  for (auto& key : known)
    if (key.secret == secret && key.date == credential.date && key.region == credential.region && key.service == credential.service) return key;
  if (known.size() == limit) known.pop_back();
  auto bytes = crypto::signing_key(secret, credential.date, credential.region, credential.service);
  crypto::HmacSha256 sign(bytes);
  return known.emplace_front(secret, std::string(credential.date), std::string(credential.region), std::string(credential.service),
                             std::move(bytes), std::move(sign));
}

// Boto 2 signs "HOST:PORT:PORT" where it presigns for a port of its own; nothing else can be meant by that.
std::string with_port_again(std::string_view host) {
  auto colon = host.rfind(':');
  if (colon == host.npos || host.ends_with(']')) return "";
  return std::string(host) + std::string(host.substr(colon));
}

std::unexpected<Error> mismatch(const Claim& claim, const std::string& text, const std::string& canonical) {
  return fail(ErrorCode::signature_does_not_match, {},
              {{"AWSAccessKeyId", std::string(claim.authorization.credential.access_key)},
               {"StringToSign", text},
               {"SignatureProvided", std::string(claim.authorization.signature)},
               {"StringToSignBytes", spaced_hex(text)},
               {"CanonicalRequest", canonical},
               {"CanonicalRequestBytes", spaced_hex(canonical)}});
}

Result<Authenticated> verify(const AuthContext& context, Claim claim) {
  auto& [credential, signed_headers, signature] = claim.authorization;
  if (!is_strictly_ascending(signed_headers)) return fail(claim.malformed, "The names of signed headers must be sorted, each once.");
  TRY_VOID(check_scope(context, claim));
  TRY(owner, key_owner(context, credential.access_key));
  TRY_VOID(check_signed_headers(context.call, signed_headers));
  auto canonical = canonical_request(context.call, claim, context.call.host);
  auto text = crypto::string_to_sign(claim.time, credential.scope, canonical);
  auto& key = signing_key(owner->secret, credential);
  auto claimed = base::from_hex(signature).value_or("");
  auto is_right = [&](std::string_view signed_text) { return crypto::equal_constant_time(key.sign(signed_text), claimed); };
  if (!is_right(text)) {
    auto host = claim.malformed == ErrorCode::authorization_query_parameters_error ? with_port_again(context.call.host) : "";
    if (host.empty() || !is_right(crypto::string_to_sign(claim.time, credential.scope, canonical_request(context.call, claim, host))))
      return mismatch(claim, text, canonical);
  }
  Authenticated out;
  TRY_VOID(take_payload(claim.payload, out));
  out.caller = std::shared_ptr<const Caller>(owner, &owner->caller);
  if (out.payload == PayloadKind::chunks_signed || out.payload == PayloadKind::chunks_signed_trailer) {
    std::memcpy(out.signing_key.data(), key.bytes.data(), std::min(key.bytes.size(), out.signing_key.size()));
    out.seed_signature = base::to_hex(base::bytes(claimed));
    out.date = std::move(claim.time);
    out.scope = credential.scope;
  }
  return out;
}

// The time of the signature, and when a presigned request ends.
Result<> check_lifetime(const Call& call, base::Time signed_at, std::string_view expires) {
  auto seconds = codec::parse_u64(expires);
  if (!seconds || *seconds > static_cast<uint64_t>(max_expires.count()))
    return fail(ErrorCode::authorization_query_parameters_error,
                seconds ? "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
                        : "X-Amz-Expires should be a number");
  if (signed_at > call.now + max_ahead) return fail(ErrorCode::access_denied, "Request is not valid yet");
  auto end = signed_at + std::chrono::seconds(*seconds);
  if (call.now <= end) return {};
  return fail(ErrorCode::access_denied, "Request has expired",
              {{"X-Amz-Expires", std::string(expires)}, {"Expires", codec::format_iso8601(end)}, {"ServerTime", codec::format_iso8601(call.now)}});
}

}  // namespace

Result<Authenticated> authenticate_v4_header(const AuthContext& context, std::string_view authorization) {
  auto& call = context.call;
  auto parsed = crypto::Authorization::parse(authorization);
  if (!parsed) return fail(ErrorCode::authorization_header_malformed);
  TRY(time, request_time(call));
  TRY_VOID(check_skew(call, time));
  auto payload = call.exchange.head().find("x-amz-content-sha256");
  if (!payload) return fail(ErrorCode::invalid_request, "Missing required header for this request: x-amz-content-sha256");
  return verify(context, {std::move(*parsed), codec::format_basic(time), *payload, ErrorCode::authorization_header_malformed});
}

Result<Authenticated> authenticate_v4_query(const AuthContext& context) {
  auto& call = context.call;
  auto wrong = [](std::string message) { return fail(ErrorCode::authorization_query_parameters_error, std::move(message)); };
  auto algorithm = call.query.find("X-Amz-Algorithm"), credential = call.query.find("X-Amz-Credential"), date = call.query.find("X-Amz-Date"),
       expires = call.query.find("X-Amz-Expires"), headers = call.query.find("X-Amz-SignedHeaders"), signature = call.query.find("X-Amz-Signature");
  if (!algorithm || !credential || !date || !expires || !headers || !signature)
    return wrong("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
                 "X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  if (*algorithm != "AWS4-HMAC-SHA256") return wrong("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  auto parsed = crypto::Credential::parse(*credential);
  if (!parsed) return wrong("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  auto time = codec::parse_basic(*date);
  if (!time) return wrong("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  TRY_VOID(check_lifetime(call, *time, *expires));
  auto payload = call.exchange.head().find("x-amz-content-sha256");
  if (!payload) payload = call.query.find("X-Amz-Content-Sha256");
  crypto::Authorization authorization{std::move(*parsed), crypto::split_header_names(*headers), *signature};
  return verify(context, {std::move(authorization), std::string(*date), payload.value_or("UNSIGNED-PAYLOAD"),
                          ErrorCode::authorization_query_parameters_error});
}

}  // namespace aws
