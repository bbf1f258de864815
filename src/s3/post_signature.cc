#include "s3/post_signature.h"

#include "crypto/hmac.h"
#include "crypto/sigv2.h"
#include "crypto/sigv4.h"

namespace s3 {

using aws::ErrorCode;
using http::RequestHead;

namespace {

bool has_any(const RequestHead& said, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(names, [&](auto name) { return said.find(name).has_value(); });
}

aws::Result<std::string_view> required(const RequestHead& said, std::string_view name) {
  if (auto value = said.find(name)) return *value;
  return aws::fail(ErrorCode::invalid_argument,
                   "Bucket POST must contain a field named '" + std::string(name) + "'.  If it is specified, please check the order of the fields.",
                   {{"ArgumentName", std::string(name)}, {"ArgumentValue", ""}});
}

aws::Result<std::shared_ptr<const iam::AccessKey>> find_key(const State& state, std::string_view id) {
  if (auto key = state.accounts().find_key(id)) return key;
  return aws::fail(ErrorCode::invalid_access_key_id, {}, {{"AWSAccessKeyId", std::string(id)}});
}

aws::Result<aws::Caller> compare(const iam::AccessKey& key, std::string_view policy, std::string_view computed, std::string_view provided) {
  if (crypto::equal_constant_time(computed, provided)) return aws::Caller{key.account.id, key.account.canonical_id, key.account.name, key.id};
  return aws::fail(ErrorCode::signature_does_not_match, {},
                   {{"AWSAccessKeyId", key.id}, {"StringToSign", std::string(policy)}, {"SignatureProvided", std::string(provided)}});
}

// The scope must name the form's day, this region and this service, else a signature could be used elsewhere.
aws::Result<> check_scope(const State& state, const crypto::Credential& credential, std::string_view date) {
  auto& region = state.parts.settings.region;
  auto wrong = [](std::string what) {
    return aws::fail(ErrorCode::authorization_query_parameters_error, "Error parsing the X-Amz-Credential parameter; " + what);
  };
  if (credential.date != date.substr(0, 8)) return wrong("Invalid credential date \"" + std::string(credential.date) + "\". This date is not the same as X-Amz-Date.");
  if (credential.service != "s3") return wrong("incorrect service \"" + std::string(credential.service) + "\". This endpoint belongs to \"s3\".");
  if (credential.region != region) return wrong("the region '" + std::string(credential.region) + "' is wrong; expecting '" + region + "'");
  return {};
}

aws::Result<aws::Caller> by_v4(const State& state, const RequestHead& said, std::string_view policy) {
  TRY(algorithm, required(said, "x-amz-algorithm"));
  TRY(text, required(said, "x-amz-credential"));
  TRY(date, required(said, "x-amz-date"));
  TRY(provided, required(said, "x-amz-signature"));
  if (algorithm != "AWS4-HMAC-SHA256")
    return aws::fail(ErrorCode::invalid_argument, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"",
                     {{"ArgumentName", "X-Amz-Algorithm"}, {"ArgumentValue", std::string(algorithm)}});
  auto credential = crypto::Credential::parse(text);
  if (!credential)
    return aws::fail(ErrorCode::authorization_query_parameters_error,
                     "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  TRY_VOID(check_scope(state, *credential, date));
  TRY(key, find_key(state, credential->access_key));
  auto signing_key = crypto::signing_key(key->secret, credential->date, credential->region, credential->service);
  return compare(*key, policy, crypto::signature(signing_key, policy), provided);
}

aws::Result<aws::Caller> by_v2(const State& state, const RequestHead& said, std::string_view policy) {
  if (!state.parts.settings.allow_v2)
    return aws::fail(ErrorCode::invalid_request, "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  TRY(id, required(said, "AWSAccessKeyId"));
  TRY(provided, required(said, "signature"));
  TRY(key, find_key(state, id));
  return compare(*key, policy, crypto::signature_v2(key->secret, policy), provided);
}

}  // namespace

aws::Result<aws::Caller> authenticate_form(const State& state, const RequestHead& said) {
  bool v4 = has_any(said, {"x-amz-algorithm", "x-amz-credential", "x-amz-signature"});
  bool v2 = has_any(said, {"AWSAccessKeyId", "signature"});
  if (!v4 && !v2 && !said.find("policy")) return aws::Caller();
  TRY(policy, required(said, "policy"));
  // Temporary credentials are not given out yet, so no token can be right.
  if (said.find("x-amz-security-token")) return aws::fail(ErrorCode::invalid_token_id);
  return v4 ? by_v4(state, said, policy) : by_v2(state, said, policy);
}

}  // namespace s3
