#define OPENSSL_SUPPRESS_DEPRECATED
#include "digest.h"

#include <arpa/inet.h>
#include <openssl/md5.h>

#include <utility>

namespace s3load {
namespace {

constexpr size_t hmac_block = 64;

const uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

std::string with_each_byte_xor(std::string text, char mask) {
  for (char& c : text) c = static_cast<char>(c ^ mask);
  return text;
}

constexpr uint32_t crc32_of_byte(uint32_t c) {
  for (int bit = 0; bit < 8; bit++) c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
  return c;
}

constexpr std::array<uint32_t, 256> crc32_table = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; i++) table[i] = crc32_of_byte(i);
  return table;
}();

}  // namespace

void append_hex(std::string& out, std::span<const uint8_t> bytes) {
  static const char digits[] = "0123456789abcdef";
  for (uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

std::string base64(std::span<const uint8_t> bytes) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    bool second = i + 1 < bytes.size(), third = i + 2 < bytes.size();
    uint32_t v = uint32_t{bytes[i]} << 16 | (second ? uint32_t{bytes[i + 1]} << 8 : 0) | (third ? bytes[i + 2] : 0u);
    out += alphabet[v >> 18];
    out += alphabet[v >> 12 & 63];
    out += second ? alphabet[v >> 6 & 63] : '=';
    out += third ? alphabet[v & 63] : '=';
  }
  return out;
}

Sha256 sha256(std::string_view data) {
  Sha256 digest;
  SHA256(bytes_of(data), data.size(), digest.data());
  return digest;
}

std::string sha256_hex(std::string_view data) {
  std::string hex;
  append_hex(hex, sha256(data));
  return hex;
}

std::string md5_hex(std::string_view data) {
  std::array<uint8_t, MD5_DIGEST_LENGTH> digest;
  MD5(bytes_of(data), data.size(), digest.data());
  std::string hex;
  append_hex(hex, digest);
  return hex;
}

std::string crc32_base64(std::string_view data) {
  uint32_t crc = ~0u;
  for (char c : data) crc = crc32_table[(crc ^ static_cast<uint8_t>(c)) & 255] ^ crc >> 8;
  uint32_t big_endian = htonl(~crc);
  return base64({reinterpret_cast<const uint8_t*>(&big_endian), sizeof big_endian});
}

HmacSha1::HmacSha1(std::string key) {
  if (key.size() > hmac_block) {
    Sha1 digest;
    SHA1(bytes_of(key), key.size(), digest.data());
    key.assign(digest.begin(), digest.end());
  }
  key.resize(hmac_block, '\0');
  SHA1_Init(&inner_);
  SHA1_Update(&inner_, with_each_byte_xor(key, 0x36).data(), hmac_block);
  SHA1_Init(&outer_);
  SHA1_Update(&outer_, with_each_byte_xor(key, 0x5c).data(), hmac_block);
}

Sha1 HmacSha1::operator()(std::string_view message) const {
  Sha1 digest;
  SHA_CTX context = inner_;
  SHA1_Update(&context, message.data(), message.size());
  SHA1_Final(digest.data(), &context);
  context = outer_;
  SHA1_Update(&context, digest.data(), digest.size());
  SHA1_Final(digest.data(), &context);
  return digest;
}

HmacSha256::HmacSha256(std::string key) {
  if (key.size() > hmac_block) {
    Sha256 digest = sha256(key);
    key.assign(digest.begin(), digest.end());
  }
  key.resize(hmac_block, '\0');
  SHA256_Init(&inner_);
  SHA256_Update(&inner_, with_each_byte_xor(key, 0x36).data(), hmac_block);
  SHA256_Init(&outer_);
  SHA256_Update(&outer_, with_each_byte_xor(key, 0x5c).data(), hmac_block);
}

Sha256 HmacSha256::operator()(std::string_view message) const {
  Sha256 digest;
  SHA256_CTX context = inner_;
  SHA256_Update(&context, message.data(), message.size());
  SHA256_Final(digest.data(), &context);
  context = outer_;
  SHA256_Update(&context, digest.data(), digest.size());
  SHA256_Final(digest.data(), &context);
  return digest;
}

}  // namespace s3load
