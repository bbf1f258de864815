// Signature Version 2, in the Authorization header and in the query.
#include "aws/authenticate_parts.h"
#include "aws/target.h"
#include "codec/numbers.h"
#include "codec/time.h"
#include "crypto/hmac.h"
#include "crypto/sigv2.h"

namespace aws {

namespace {

Result<> check_allowed(const AuthSettings& settings) {
  if (settings.allow_v2) return {};
  return fail(ErrorCode::invalid_request, "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
}

std::string text_to_sign(const Call& call, std::optional<std::string_view> expires) {
  auto& head = call.exchange.head();
  crypto::RequestV2 request;
  request.method = head.method();
  if (call.virtual_host) request.bucket = call.bucket;
  auto target = origin_form(head.target()).value_or("/");
  request.path = target.substr(0, target.find('?'));
  for (auto& parameter : call.query.all()) {
    request.query.push_back({parameter.name, parameter.value, parameter.has_value});
  }
  for (size_t i = 0; i < head.field_count(); i++) request.headers.emplace_back(head.field(i).name, head.field(i).value);
  request.expires = expires;
  return crypto::string_to_sign_v2(request);
}

Result<Authenticated> verify(const AuthContext& context, std::string_view access_key, std::string_view signature,
                             std::optional<std::string_view> expires) {
  TRY(owner, key_owner(context, access_key));
  auto text = text_to_sign(context.call, expires);
  if (!crypto::equal_constant_time(crypto::signature_v2(owner->secret, text), signature))
    return fail(ErrorCode::signature_does_not_match, {},
                {{"AWSAccessKeyId", std::string(access_key)},
                 {"StringToSign", text},
                 {"SignatureProvided", std::string(signature)},
                 {"StringToSignBytes", spaced_hex(text)}});
  Authenticated out;
  if (auto payload = context.call.exchange.head().find("x-amz-content-sha256")) TRY_VOID(take_payload(*payload, out));
  if (out.payload == PayloadKind::chunks_signed || out.payload == PayloadKind::chunks_signed_trailer)
    return fail(ErrorCode::invalid_request, "Signed chunks go with signature version 4 only.");
  out.caller = std::shared_ptr<const Caller>(owner, &owner->caller);
  return out;
}

}  // namespace

Result<Authenticated> authenticate_v2_header(const AuthContext& context, std::string_view authorization) {
  TRY_VOID(check_allowed(context.settings));
  auto parsed = crypto::AuthorizationV2::parse(authorization);
  if (!parsed)
    return fail(ErrorCode::invalid_argument, "AWS authentication requires an Authorization header of the form \"AWS AccessKeyId:signature\"",
                {{"ArgumentName", "Authorization"}, {"ArgumentValue", std::string(authorization)}});
  TRY(time, request_time(context.call));
  TRY_VOID(check_skew(context.call, time));
  return verify(context, parsed->access_key, parsed->signature, std::nullopt);
}

Result<Authenticated> authenticate_v2_query(const AuthContext& context) {
  TRY_VOID(check_allowed(context.settings));
  auto& call = context.call;
  auto key = call.query.find("AWSAccessKeyId"), expires = call.query.find("Expires"), signature = call.query.find("Signature");
  if (!key || !expires || !signature)
    return fail(ErrorCode::access_denied, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
  auto seconds = codec::parse_u64(*expires);
  if (!seconds || *seconds > INT32_MAX * 100ull)
    return fail(ErrorCode::access_denied, "Invalid date (should be seconds since epoch): " + std::string(*expires));
  base::Time end{std::chrono::seconds(*seconds)};
  if (call.now > end)
    return fail(ErrorCode::access_denied, "Request has expired",
                {{"Expires", codec::format_iso8601(end)}, {"ServerTime", codec::format_iso8601(call.now)}});
  return verify(context, *key, *signature, *expires);
}

}  // namespace aws
