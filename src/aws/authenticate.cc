#include "aws/authenticate.h"

#include "aws/authenticate_parts.h"
#include "base/encoding.h"
#include "codec/time.h"
#include "crypto/digest.h"

namespace aws {

namespace {

constexpr std::chrono::minutes max_skew{15};

struct PayloadName {
  std::string_view name;
  PayloadKind kind;
};
constexpr PayloadName payload_names[] = {
    {"UNSIGNED-PAYLOAD", PayloadKind::unsigned_payload},
    {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", PayloadKind::chunks_signed},
    {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", PayloadKind::chunks_signed_trailer},
    {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", PayloadKind::chunks_unsigned_trailer},
};

bool has_any(const codec::Query& query, std::initializer_list<std::string_view> names) {
  return !query.all().empty() && std::ranges::any_of(names, [&](auto name) { return query.has(name); });
}

// Nobody signed; the body may still be in chunks.
Result<Authenticated> anonymous(const Call& call) {
  Authenticated out;
  if (auto payload = call.exchange.head().find("x-amz-content-sha256")) TRY_VOID(take_payload(*payload, out));
  if (out.payload == PayloadKind::chunks_signed || out.payload == PayloadKind::chunks_signed_trailer)
    return fail(ErrorCode::access_denied, "Signed chunks need a signed request");
  return out;
}

Result<Authenticated> by_header(const AuthContext& context, std::string_view authorization) {
  if (authorization.starts_with("AWS4-HMAC-SHA256")) return authenticate_v4_header(context, authorization);
  if (authorization == "AWS" || authorization.starts_with("AWS ")) return authenticate_v2_header(context, authorization);
  return fail(ErrorCode::invalid_argument, "Unsupported Authorization Type",
              {{"ArgumentName", "Authorization"}, {"ArgumentValue", std::string(authorization)}});
}

}  // namespace

Result<std::shared_ptr<const KeyOwner>> key_owner(const AuthContext& context, std::string_view access_key) {
  if (auto owner = context.find_key(access_key)) return owner;
  return fail(ErrorCode::invalid_access_key_id, {}, {{"AWSAccessKeyId", std::string(access_key)}});
}

Result<> take_payload(std::string_view content_sha256, Authenticated& out) {
  auto named = std::ranges::find(payload_names, content_sha256, &PayloadName::name);
  if (named != std::end(payload_names)) {
    out.payload = named->kind;
    return {};
  }
  if (!crypto::is_sha256_hex(content_sha256))
    return fail(ErrorCode::invalid_argument,
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
                {{"ArgumentName", "x-amz-content-sha256"}, {"ArgumentValue", std::string(content_sha256)}});
  out.payload = PayloadKind::sha256;
  out.payload_sha256 = http::to_lower(content_sha256);
  return {};
}

Result<base::Time> request_time(const Call& call) {
  auto& head = call.exchange.head();
  auto text = head.find("x-amz-date");
  if (!text) text = head.find("Date");
  if (text) {
    if (auto time = codec::parse_basic(*text)) return *time;
    if (auto time = codec::parse_http_date(*text)) return *time;
  }
  return fail(ErrorCode::access_denied, "AWS authentication requires a valid Date or x-amz-date header");
}

Result<> check_skew(const Call& call, base::Time time) {
  if (std::chrono::abs(call.now - time) <= max_skew) return {};
  return fail(ErrorCode::request_time_too_skewed, {},
              {{"RequestTime", codec::format_iso8601(time)},
               {"ServerTime", codec::format_iso8601(call.now)},
               {"MaxAllowedSkewMilliseconds", std::to_string(std::chrono::milliseconds(max_skew).count())}});
}

std::string spaced_hex(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3);
  for (char c : text) {
    if (!out.empty()) out += ' ';
    out += base::to_hex(base::bytes({&c, 1}));
  }
  return out;
}

Result<Authenticated> authenticate(const Call& call, const AuthSettings& settings, const FindKey& find_key) {
  AuthContext context{call, settings, find_key};
  auto header = call.exchange.head().find("Authorization");
  bool v4_query = has_any(call.query, {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"});
  bool v2_query = !v4_query && has_any(call.query, {"AWSAccessKeyId", "Signature"});
  if (header && (v4_query || v2_query))
    return fail(ErrorCode::invalid_argument,
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the "
                "Authorization header should be specified",
                {{"ArgumentName", "Authorization"}, {"ArgumentValue", std::string(*header)}});
  bool is_signed = header || v4_query || v2_query;
  // Temporary credentials are not given out yet, so no token can be right.
  if (is_signed && (call.has_header("x-amz-security-token") || has_any(call.query, {"X-Amz-Security-Token", "x-amz-security-token"})))
    return fail(ErrorCode::invalid_token_id);
  if (header) return by_header(context, *header);
  if (v4_query) return authenticate_v4_query(context);
  if (v2_query) return authenticate_v2_query(context);
  return anonymous(call);
}

}  // namespace aws
