// Signatures of requests: AWS Signature Version 4, Version 2, or none.
#pragma once
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "digest.h"
#include "options.h"

namespace s3load {

// What a signature covers.
struct Signable {
  std::string_view method, path, query;  // `query` in canonical order
  std::string_view payload_hash, host;
  // Further headers to sign and send, in lower case; for V2, x-amz-... alone.
  std::vector<std::pair<std::string, std::string>> headers;
};

// **Threads**: one a worker.
class Signer {
 public:
  explicit Signer(const Options& options);

  // New time stamps (and, in V4, a new day's key) every two minutes.
  void refresh();

  // Grows with each new time stamp: tells whether a kept request is still fresh.
  uint64_t generation() const { return generation_; }

  // Appends the signature and the headers that it covers, but Host. The result is V4's signature in hex, else empty.
  std::string sign(std::string& out, const Signable& what) const;

  // The signature of a chunk, given that of the one before (or of the request).
  std::string sign_chunk(std::string_view previous, std::string_view chunk_sha256) const;

 private:
  void set_date(time_t now);
  void sign_v2(std::string& out, const Signable& what) const;
  std::string sign_v4(std::string& out, const Signable& what) const;
  std::string v4_signature(std::string_view canonical) const;

  const Options& options_;
  time_t made_ = 0;
  uint64_t generation_ = 0;
  std::string amz_date_, http_date_, scope_;
  HmacSha1 v2_key_;
  HmacSha256 v4_key_;
};

}  // namespace s3load
