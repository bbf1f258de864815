#pragma once
// Who signed a request, and whether the signature is right: SigV4 and SigV2, in headers and in the query.
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/call.h"

namespace aws {

// A key pair and whom it belongs to.
struct KeyOwner {
  std::string secret;
  Caller caller;
};
// Nothing for an unknown key. Called on network threads: never blocks.
using FindKey = std::function<std::shared_ptr<const KeyOwner>(std::string_view access_key_id)>;

struct AuthSettings {
  std::string region = "us-east-1";
  std::string service = "s3";
  bool allow_v2 = true;
};

// How the client covered the request's body by its signature.
enum class PayloadKind { unsigned_payload, sha256, chunks_signed, chunks_signed_trailer, chunks_unsigned_trailer };

// The outcome of authentication, and what the body's verification still needs from it.
struct Authenticated {
  std::shared_ptr<const Caller> caller;  // null if nothing was signed
  PayloadKind payload = PayloadKind::unsigned_payload;
  std::string payload_sha256;  // lower-case hexadecimal, for PayloadKind::sha256
  // Of signed chunks alone: the chain's key, first link ("seed") and constant lines.
  std::array<uint8_t, 32> signing_key{};
  std::string seed_signature, date, scope;
};

// **Errors** as AWS documents them: access_denied, authorization_header_malformed, authorization_query_parameters_error,
// invalid_access_key_id, request_time_too_skewed, signature_does_not_match (with AWSAccessKeyId, StringToSign, SignatureProvided,
// StringToSignBytes, CanonicalRequest, CanonicalRequestBytes among its details), expired requests (access_denied, "Request has
// expired"), x-amz-* headers that were sent but not signed (access_denied, HeadersNotSigned), invalid_argument
// for an unknown scheme, two schemes at once, invalid_request for a SigV2 request where V2 is turned off.
// Needs of `call`: exchange, now, path, query, host, bucket, key, virtual_host.
Result<Authenticated> authenticate(const Call& call, const AuthSettings& settings, const FindKey& find_key);

}  // namespace aws
