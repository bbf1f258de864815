#pragma once
// Signs requests and bodies as clients do, for tests.
#include <vector>

#include "http/testing/fake_exchange.h"

namespace aws::testing {

using http::testing::Headers;

struct Signer {
  std::string access_key = "AKIAIOSFODNN7EXAMPLE", secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  std::string region = "us-east-1", service = "s3";
  std::string time = "20130524T000000Z";

  std::string scope() const;      // of version 4
  std::string key() const;        // raw
  std::string credential() const { return access_key + "/" + scope(); }

  // `headers` with x-amz-date, x-amz-content-sha256 (unless it is there) and Authorization. `unsigned_names`: lower case.
  Headers v4(std::string_view method, std::string_view target, Headers headers, const std::vector<std::string>& unsigned_names = {}) const;
  // `target` with the parameters of a presigned request. `host`: as it is signed.
  std::string v4_query(std::string_view method, std::string target, std::string_view host, std::string expires = "3600") const;
  // `headers` with Authorization; they have the date. `bucket`: of a virtual-host-style request.
  Headers v2(std::string_view method, std::string_view target, Headers headers, std::string_view bucket = {}) const;
  std::string v2_query(std::string_view method, std::string target, std::string expires) const;
};

// Makes an aws-chunked body, piece by piece.
class ChunkSigner {
 public:
  // Unsigned without a signer. Both must outlive it.
  ChunkSigner(const Signer* signer, std::string seed_signature) : signer_(signer), previous_(std::move(seed_signature)) {}

  // An empty one ends the data, and has no line end after it.
  ChunkSigner& add(std::string_view data);
  // `name`: lower case. Adds the signature too, where there is a signer.
  ChunkSigner& add_trailer(std::string_view name, std::string_view value);
  // The body, with the empty line that ends it.
  std::string str() const { return body_ + "\r\n"; }

 private:
  const Signer* signer_;
  std::string previous_, body_;
};

}  // namespace aws::testing
