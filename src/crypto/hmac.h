#pragma once
// Keyed digests, and the comparison that goes with them.
#include <memory>
#include <string>
#include <string_view>

namespace crypto {

// Raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view data);
std::string hmac_sha1(std::string_view key, std::string_view data);

// HMAC-SHA-256 under one key, prepared for many messages. Cheap to copy. **Threads** Any.
class HmacSha256 {
 public:
  explicit HmacSha256(std::string_view key);
  // Raw bytes.
  std::string operator()(std::string_view data) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// Takes as long for different texts as for equal ones of the same length.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace crypto
