// Hashes and encodings. OpenSSL's low-level functions are used on purpose: on short inputs they cost two thirds of
// what its EVP layer does, and most of what s3load hashes is short.
#pragma once
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace s3load {

using Sha1 = std::array<uint8_t, SHA_DIGEST_LENGTH>;
using Sha256 = std::array<uint8_t, SHA256_DIGEST_LENGTH>;

inline constexpr std::string_view empty_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

void append_hex(std::string& out, std::span<const uint8_t> bytes);
std::string base64(std::span<const uint8_t> bytes);

Sha256 sha256(std::string_view data);
std::string sha256_hex(std::string_view data);
std::string md5_hex(std::string_view data);
// As S3's x-amz-checksum-crc32 carries it: big-endian, base64.
std::string crc32_base64(std::string_view data);

// HMAC whose two padded key blocks are hashed once: a signature then costs only the message's own blocks.
class HmacSha1 {
 public:
  explicit HmacSha1(std::string key);
  Sha1 operator()(std::string_view message) const;

 private:
  SHA_CTX inner_, outer_;
};

class HmacSha256 {
 public:
  explicit HmacSha256(std::string key);
  Sha256 operator()(std::string_view message) const;

 private:
  SHA256_CTX inner_, outer_;
};

}  // namespace s3load
