// Authorization headers of both versions: what is accepted has the shape that was promised.
#include "crypto/sigv2.h"
#include "crypto/sigv4.h"
#include "fuzz.h"

static void check_v4(std::string_view text) {
  auto found = crypto::Authorization::parse(text);
  if (!found) return;
  fuzz::check(found->signature.size() == 64 && !found->signed_headers.empty());
  auto name = std::string(found->credential.access_key) + "/" + std::string(found->credential.scope);
  auto again = crypto::Credential::parse(name);
  fuzz::check(again && again->scope == found->credential.scope && again->access_key == found->credential.access_key);
  crypto::NamedValues headers;
  for (auto& name : found->signed_headers) headers.emplace_back(name, text);
  auto canonical = crypto::canonical_request("GET", text, {{text, text}}, headers, "UNSIGNED-PAYLOAD");
  fuzz::check(canonical.ends_with("UNSIGNED-PAYLOAD"));
}

static void check_v2(std::string_view text) {
  if (auto found = crypto::AuthorizationV2::parse(text)) fuzz::check(found->signature.size() == 28 && !found->access_key.empty());
  crypto::RequestV2 request{"GET", "b", text, {{text, text}, {"acl", text, false}}, {{text, text}, {"x-amz-a", text}}, {}};
  fuzz::check(crypto::string_to_sign_v2(request).starts_with("GET\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = fuzz::text(data, size);
  check_v4(text);
  check_v2(text);
  crypto::Credential::parse(text);
  return 0;
}
