#define OPENSSL_SUPPRESS_DEPRECATED  // the low-level digests: HMAC()'s set-up in OpenSSL 3 costs more than the hashing
#include "crypto/hmac.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <cstring>

namespace crypto {

namespace {

constexpr size_t block_bytes = 64;

struct Sha256 {
  SHA256_CTX context;
  static constexpr size_t size = SHA256_DIGEST_LENGTH;
  Sha256() { SHA256_Init(&context); }
  void update(const void* data, size_t count) { SHA256_Update(&context, data, count); }
  void finish(unsigned char* out) { SHA256_Final(out, &context); }
};

struct Sha1 {
  SHA_CTX context;
  static constexpr size_t size = SHA_DIGEST_LENGTH;
  Sha1() { SHA1_Init(&context); }
  void update(const void* data, size_t count) { SHA1_Update(&context, data, count); }
  void finish(unsigned char* out) { SHA1_Final(out, &context); }
};

// RFC 2104: two hashes that have taken in the key.
template <class Hash>
class Keyed {
 public:
  explicit Keyed(std::string_view key) {
    unsigned char pad[block_bytes] = {};
    if (key.size() > block_bytes) {
      Hash hash;
      hash.update(key.data(), key.size());
      hash.finish(pad);
    } else {
      std::memcpy(pad, key.data(), key.size());
    }
    for (auto& byte : pad) byte ^= 0x36;
    inner_.update(pad, block_bytes);
    for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
    outer_.update(pad, block_bytes);
    OPENSSL_cleanse(pad, sizeof pad);
  }

  std::string sum(std::string_view data) const {
    unsigned char digest[Hash::size];
    Hash first = inner_, second = outer_;
    first.update(data.data(), data.size());
    first.finish(digest);
    second.update(digest, sizeof digest);
    std::string out(Hash::size, '\0');
    second.finish(reinterpret_cast<unsigned char*>(out.data()));
    return out;
  }

 private:
  Hash inner_, outer_;
};

}  // namespace

struct HmacSha256::State {
  Keyed<Sha256> keyed;
};

HmacSha256::HmacSha256(std::string_view key) : state_(std::make_shared<const State>(Keyed<Sha256>(key))) {}
std::string HmacSha256::operator()(std::string_view data) const { return state_->keyed.sum(data); }

std::string hmac_sha256(std::string_view key, std::string_view data) { return Keyed<Sha256>(key).sum(data); }
std::string hmac_sha1(std::string_view key, std::string_view data) { return Keyed<Sha1>(key).sum(data); }

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace crypto
