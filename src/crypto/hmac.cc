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

// RFC 2104.
template <class Hash>
std::string hmac(std::string_view key, std::string_view data) {
  unsigned char pad[block_bytes] = {};
  if (key.size() > block_bytes) {
    Hash hash;
    hash.update(key.data(), key.size());
    hash.finish(pad);
  } else {
    std::memcpy(pad, key.data(), key.size());
  }
  unsigned char inner[Hash::size];
  for (auto& byte : pad) byte ^= 0x36;
  Hash first;
  first.update(pad, block_bytes);
  first.update(data.data(), data.size());
  first.finish(inner);
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  Hash second;
  second.update(pad, block_bytes);
  second.update(inner, sizeof inner);
  std::string out(Hash::size, '\0');
  second.finish(reinterpret_cast<unsigned char*>(out.data()));
  OPENSSL_cleanse(pad, sizeof pad);
  return out;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view data) { return hmac<Sha256>(key, data); }
std::string hmac_sha1(std::string_view key, std::string_view data) { return hmac<Sha1>(key, data); }

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace crypto
