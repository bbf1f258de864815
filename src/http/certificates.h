#pragma once
// TLS for a machine of one's own: a local certificate authority, and a certificate for every name that a client asks for.
#include <openssl/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace http {

// Whether a certificate may be made for this server name: a DNS name of at most 253 characters, labels of letters, digits,
// hyphens and underscores. Letters are compared as lower case; trailing periods are not accepted (RFC 6066, section 3).
bool is_server_name(std::string_view name);

// **Threads** Any.
class Certificates {
 public:
  // Opens FOLDER, or makes it with a new authority: ca.pem (the certificate to trust) and ca.key (mode 0600). The authority
  // may sign only for servers, and signs nothing but the certificates made here.
  static base::Result<std::unique_ptr<Certificates>> open(const std::filesystem::path& folder);
  ~Certificates();

  // Chooses a certificate by the server name in each handshake; without one, by the local address of the connection.
  SSL_CTX* context() const;

  // The path of the certificate to trust.
  const std::filesystem::path& ca_path() const;

 private:
  struct State;
  explicit Certificates(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace http
