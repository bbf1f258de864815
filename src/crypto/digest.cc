#define OPENSSL_SUPPRESS_DEPRECATED  // the low-level digests: SHA256() looks its algorithm up, which costs more than a short input
#include "crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <stdexcept>

namespace crypto {

struct Digest::State {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

static const EVP_MD* fetch(const char* name) {
  auto* found = EVP_MD_fetch(nullptr, name, nullptr);
  if (!found) throw std::runtime_error("OpenSSL has no " + std::string(name));
  return found;
}

// Looked up once: else every new context would do it.
static const EVP_MD* algorithm(DigestKind kind) {
  static const EVP_MD* const found[] = {fetch("MD5"), fetch("SHA1"), fetch("SHA256")};
  return found[static_cast<size_t>(kind)];
}

Digest::Digest(DigestKind kind) : state_(std::make_unique<State>()) {
  if (EVP_DigestInit_ex(state_->context.get(), algorithm(kind), nullptr) != 1) throw std::runtime_error("no such digest");
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(base::Bytes data) { EVP_DigestUpdate(state_->context.get(), data.data(), data.size()); }

std::string Digest::finish() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(state_->context.get(), out, &size);
  return {reinterpret_cast<char*>(out), size};
}

std::string md5(std::string_view data) {
  std::string out(MD5_DIGEST_LENGTH, '\0');
  MD5_CTX context;
  MD5_Init(&context);
  MD5_Update(&context, data.data(), data.size());
  MD5_Final(reinterpret_cast<unsigned char*>(out.data()), &context);
  return out;
}

std::string sha256(std::string_view data) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data.data(), data.size());
  SHA256_Final(reinterpret_cast<unsigned char*>(out.data()), &context);
  return out;
}

std::string sha256_hex(std::string_view data) { return base::to_hex(base::bytes(sha256(data))); }

bool is_sha256_hex(std::string_view text) { return text.size() == 64 && base::is_hex(text); }

}  // namespace crypto
