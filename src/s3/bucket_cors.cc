// GetBucketCors, PutBucketCors, DeleteBucketCors, and what the rules make of requests from other sites' pages.
#include "s3/bucket_change.h"
#include "s3/cors.h"
#include "s3/cors_rules.h"
#include "s3/operations.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

namespace {

constexpr std::string_view sub_resource = "cors";

std::string joined(std::span<const std::string> texts) {
  std::string out;
  for (auto& text : texts) (out += out.empty() ? "" : ", ") += text;
  return out;
}

// The names in a list field, in lower case.
std::vector<std::string> listed_names(std::string_view list) {
  std::vector<std::string> names;
  std::string name;
  auto take = [&] {
    if (!name.empty()) names.push_back(std::move(name));
    name.clear();
  };
  for (char c : list) {
    if (c == ',')
      take();
    else if (c != ' ' && c != '\t')
      name += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  take();
  return names;
}

void add_headers(const CorsMatch& match, std::string_view origin, http::HeaderList& headers) {
  bool any_origin = match.origin_pattern == "*";
  headers.add("Access-Control-Allow-Origin", any_origin ? "*" : origin);
  headers.add("Access-Control-Allow-Methods", joined(match.rule->methods));
  if (!match.rule->exposed_headers.empty()) headers.add("Access-Control-Expose-Headers", joined(match.rule->exposed_headers));
  if (match.rule->max_age_seconds) headers.add("Access-Control-Max-Age", *match.rule->max_age_seconds);
  if (!any_origin) headers.add("Access-Control-Allow-Credentials", "true");
  headers.add("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

std::unexpected<aws::Error> forbidden(const Call& call, std::string_view method, std::string message) {
  return aws::fail(ErrorCode::cors_forbidden, "CORSResponse: " + std::move(message),
                   {{"Method", std::string(method)}, {"ResourceType", call.key.empty() ? "BUCKET" : "OBJECT"}});
}

Task<aws::Result<Response>> get_bucket_cors(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  auto document = bucket->document(sub_resource);
  if (!document) co_return aws::fail(ErrorCode::no_such_cors_configuration, {}, {{"BucketName", bucket->name}});
  co_return xml_response(*document);
}

Task<aws::Result<>> set_document(State& state, const Call& call, std::optional<std::string> document) {
  CO_TRY(bucket, state.bucket(call));
  co_return co_await change_bucket(state, *bucket, [&](BucketRecord& record) { record.set_document(sub_resource, document); });
}

// Kept as this server writes it, so that what is read back is always well-formed.
Task<aws::Result<Response>> put_bucket_cors(State& state, Call& call) {
  CO_TRY(rules, cors_rules_from_xml(call.document));
  CO_TRY_VOID(co_await set_document(state, call, cors_rules_to_xml(rules)));
  co_return empty_response(200);
}

Task<aws::Result<Response>> delete_bucket_cors(State& state, Call& call) {
  CO_TRY_VOID(co_await set_document(state, call, std::nullopt));
  co_return empty_response(204);
}

Task<aws::Result<Response>> options_object(State& state, Call& call) { co_return preflight(state, call); }

}  // namespace

std::optional<http::HeaderList> cors_headers(const Bucket& bucket, std::string_view origin, std::string_view method) {
  auto match = find_cors_rule(bucket.cors_rules, origin, method, {});
  if (!match) return std::nullopt;
  http::HeaderList headers;
  add_headers(*match, origin, headers);
  return headers;
}

aws::Result<Response> preflight(State& state, const Call& call) {
  auto origin = call.header("Origin"), method = call.header("Access-Control-Request-Method");
  if (origin.empty()) return aws::fail(ErrorCode::bad_request, "Insufficient information. Origin request header needed.");
  if (!is_cors_method(method))
    return aws::fail(ErrorCode::bad_request, "Invalid Access-Control-Request-Method: " + std::string(method.empty() ? "null" : method));
  TRY(bucket, state.bucket(call));
  if (bucket->cors_rules.empty()) return forbidden(call, method, "CORS is not enabled for this bucket.");
  auto wanted = listed_names(call.header("Access-Control-Request-Headers"));
  auto match = find_cors_rule(bucket->cors_rules, origin, method, wanted);
  if (!match)
    return forbidden(call, method,
                     "This CORS request is not allowed. No rule of the bucket allows this Origin this Access-Control-Request-Method "
                     "with these Access-Control-Request-Headers.");
  auto response = empty_response(200);
  add_headers(*match, origin, response.headers);
  if (!wanted.empty()) response.headers.add("Access-Control-Allow-Headers", joined(wanted));
  return response;
}

std::span<const Operation> bucket_cors_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"GetBucketCors", Method::get, Target::bucket, "cors", "", "", "s3:GetBucketCORS"}, get_bucket_cors},
      {{"PutBucketCors", Method::put, Target::bucket, "cors", "", "", "s3:PutBucketCORS", BodyKind::document, 64 << 10}, put_bucket_cors},
      {{"DeleteBucketCors", Method::del, Target::bucket, "cors", "", "", "s3:PutBucketCORS"}, delete_bucket_cors},
      // Preflights carry no signature and name the method that they ask for.
      {{"OptionsObject", Method::options, Target::object, "", "", "", ""}, options_object},
      {{"OptionsObject", Method::options, Target::bucket, "", "", "", ""}, options_object},
  };
  return rows;
}

}  // namespace s3
