// Whole requests, as they come from the network. None is accepted that says who signed it, unless the signature was made with
// the secret: the program makes that signature from what the refusal explains, and then every change has to be refused.
#include "aws/authenticate.h"
#include "aws/target.h"
#include "codec/percent.h"
#include "codec/time.h"
#include "crypto/sigv2.h"
#include "crypto/sigv4.h"
#include "fuzz.h"
#include "http/parser.h"
#include "http/testing/fake_exchange.h"
#include "s3/routing.h"

namespace {

// A head that can be changed.
struct Request {
  std::string method, target;
  http::testing::Headers fields;
};

aws::Result<aws::Authenticated> authenticate(const Request& request, std::string_view secret) {
  http::testing::FakeExchange exchange(request.method, request.target, request.fields);
  aws::Call call{exchange, *codec::parse_basic("20130524T000000Z")};
  TRY_VOID(aws::read_target(call));
  TRY_VOID(aws::read_host(call));
  aws::promote_parameters(call);
  auto location = s3::locate(call.host, call.path, {});
  call.bucket = location.bucket, call.key = location.key, call.virtual_host = location.virtual_host;
  auto find_key = [&](std::string_view id) -> std::shared_ptr<const aws::KeyOwner> {
    if (!id.starts_with("AKI")) return nullptr;
    return std::make_shared<aws::KeyOwner>(aws::KeyOwner{std::string(secret), {"111111111111", std::string(64, 'a'), "owner", std::string(id)}});
  };
  return aws::authenticate(call, {}, find_key);
}

std::string detail(const aws::Error& error, std::string_view name) {
  for (auto& [known, value] : error.details)
    if (known == name) return value;
  return {};
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (;;) {
    auto end = text.find(at);
    out.emplace_back(text.substr(0, end));
    if (end == text.npos) return out;
    text.remove_prefix(end + 1);
  }
}

bool is_v4(std::string_view text) { return text.starts_with("AWS4-HMAC-SHA256\n"); }

std::string sign(const std::string& text, std::string_view secret) {
  if (!is_v4(text)) return crypto::signature_v2(secret, text);
  auto scope = split(split(text, '\n').at(2), '/');
  return crypto::signature(crypto::signing_key(secret, scope.at(0), scope.at(1), scope.at(2)), text);
}

void replace_in_query(std::string& target, std::string_view name, std::string_view value) {
  auto query = target.find('?');
  for (char before : {'?', '&'}) {
    auto mark = before + std::string(name) + "=";
    auto begin = target.find(mark, query);
    if (begin == target.npos) continue;
    begin += mark.size();
    target.replace(begin, std::min(target.find('&', begin), target.size()) - begin, codec::percent_encode(value));
    return;
  }
}

Request with_signature(Request request, std::string_view parameter, const std::string& old_one, const std::string& new_one) {
  for (auto& [name, value] : request.fields) {
    if (!http::equal_ignoring_case(name, "Authorization")) continue;
    auto at = value.rfind(old_one);
    if (at != value.npos) value.replace(at, old_one.size(), new_one);
    return request;
  }
  replace_in_query(request.target, parameter, new_one);
  return request;
}

// `request` was accepted.
void check_changes(const Request& request, std::string_view secret) {
  auto refused = [&](auto change) {
    auto changed = request;
    change(changed);
    fuzz::check(!authenticate(changed, secret));
  };
  fuzz::check(!authenticate(request, std::string(secret) + "x"));
  refused([](Request& r) { r.method += 'X'; });
  refused([](Request& r) { r.fields.emplace_back("x-amz-not-signed-before", "1"); });
  if (request.target.starts_with('/')) refused([](Request& r) { r.target.insert(1, "x"); });
  auto mark = request.target.find('?');
  refused([&](Request& r) { r.target += mark == r.target.npos ? "?acl" : "&acl&versionId=1"; });
}

std::optional<Request> parse(std::string_view bytes) {
  http::RequestParser parser(64 << 10);
  if (!parser.feed_head(bytes) || !parser.head_done()) return std::nullopt;
  Request request{std::string(parser.head().method()), std::string(parser.head().target()), {}};
  for (size_t i = 0; i < parser.head().field_count(); i++)
    request.fields.emplace_back(parser.head().field(i).name, parser.head().field(i).value);
  return request;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr std::string_view secret = "a secret that no input holds";
  auto request = parse(fuzz::text(data, size));
  if (!request) return 0;
  auto first = authenticate(*request, secret);
  if (first) fuzz::check(!first->caller);
  if (first || first.error().code != aws::ErrorCode::signature_does_not_match) return 0;
  auto provided = detail(first.error(), "SignatureProvided"), text = detail(first.error(), "StringToSign"), right = sign(text, secret);
  auto mended = with_signature(*request, is_v4(text) ? "X-Amz-Signature" : "Signature", provided, right);
  auto second = authenticate(mended, secret);
  if (second) {
    fuzz::check(second->caller != nullptr);
    check_changes(mended, secret);
  } else {
    fuzz::check(detail(second.error(), "SignatureProvided") != right);
  }
  return 0;
}
