#pragma once
// AWS Signature Version 2 as pure functions, to sign and to verify: what boto 2 sends unless told otherwise.
// Source: Amazon S3 Developer Guide, "Signing and Authenticating REST Requests (Signature Version 2)".
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sigv4.h"

namespace crypto {

// An Authorization header of this scheme: "AWS AKID:base64".
struct AuthorizationV2 {
  std::string access_key;
  std::string signature;  // base64 of 20 bytes
  // Nothing where it has another shape.
  static std::optional<AuthorizationV2> parse(std::string_view header);
};

// What the signature covers, as the client sent it.
struct RequestV2 {
  struct Parameter {
    std::string_view name, value;  // decoded
    bool has_value = true;         // "?acl=" is signed with its "=", "?acl" without
  };
  std::string_view method;
  std::string_view bucket;  // of a virtual-host-style request, lower case; empty: the path names it
  std::string_view path;    // still encoded, without the query
  std::vector<Parameter> query;  // all parameters; those that count are picked
  NamedValues headers;           // all headers, names in any case; those that count are picked
  // The Expires parameter of a presigned request, which takes the place of a date. Such a request may carry x-amz-* headers
  // as parameters: the caller adds them to `headers`.
  std::optional<std::string_view> expires;
};

// Verb, Content-MD5, Content-Type, date, x-amz-* headers and resource, a line each. The date line is empty where x-amz-date
// is among the headers.
std::string string_to_sign_v2(const RequestV2& request);

// Base64 of the HMAC-SHA1.
std::string signature_v2(std::string_view secret, std::string_view string_to_sign);

}  // namespace crypto
