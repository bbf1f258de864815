#pragma once
// AWS Signature Version 4 as pure functions, to sign and to verify.
// Source: Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crypto {

// "AKID/20261122/us-east-1/s3/aws4_request", in its parts. **Lifetime** Views of the text that was parsed.
struct Credential {
  std::string_view access_key, date, region, service;
  std::string_view scope;  // "20261122/us-east-1/s3/aws4_request"
  // Nothing where it has another shape.
  static std::optional<Credential> parse(std::string_view text);
};

// An Authorization header of this scheme. **Lifetime** Views of the header.
struct Authorization {
  Credential credential;
  std::vector<std::string_view> signed_headers;  // in the order given
  std::string_view signature;                    // 64 hexadecimal digits
  // With or without spaces after the commas. Nothing where it has another shape.
  static std::optional<Authorization> parse(std::string_view header);
};

// The names in a list of signed headers, separated by semicolons.
std::vector<std::string_view> split_header_names(std::string_view list);

using NamedValues = std::vector<std::pair<std::string_view, std::string_view>>;

// `path` and `query` decoded; `headers` the signed ones, lower-case names in the order of signing, values as sent.
std::string canonical_request(std::string_view method, std::string_view path, const NamedValues& query,
                              const NamedValues& headers, std::string_view payload_hash);

// `time` as in x-amz-date.
std::string string_to_sign(std::string_view time, std::string_view scope, std::string_view canonical_request);

// Raw bytes.
std::string signing_key(std::string_view secret, std::string_view date, std::string_view region, std::string_view service);

// Lower-case hexadecimal.
std::string signature(std::string_view signing_key, std::string_view string_to_sign);

// What the signature of a chunk, and of the trailer after the last, covers. Hashes in hexadecimal.
std::string chunk_string_to_sign(std::string_view time, std::string_view scope, std::string_view previous_signature,
                                 std::string_view chunk_hash);
std::string trailer_string_to_sign(std::string_view time, std::string_view scope, std::string_view previous_signature,
                                   std::string_view trailer_hash);

}  // namespace crypto
