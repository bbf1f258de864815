#pragma once
// Message digests.
#include <memory>
#include <string>
#include <string_view>

#include "base/encoding.h"

namespace crypto {

enum class DigestKind { md5, sha1, sha256 };  // digest.cc has a table in this order

// **Threads** One at a time.
class Digest {
 public:
  explicit Digest(DigestKind kind);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  void update(base::Bytes data);
  // The digest's raw bytes. The object is of no more use.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Raw bytes.
std::string md5(std::string_view data);
std::string sha256(std::string_view data);
// Lower-case hexadecimal.
std::string sha256_hex(std::string_view data);
// Whether the text could be a SHA-256, or an HMAC of it: 64 hexadecimal digits of either case.
bool is_sha256_hex(std::string_view text);

}  // namespace crypto
