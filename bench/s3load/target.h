// The server under load: its address, its name, and how to speak TLS to it.
#pragma once
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <memory>
#include <string>

#include "options.h"

namespace s3load {

// **Threads**: immutable once made.
class Target {
 public:
  // Ends the program with a message where the host cannot be resolved.
  explicit Target(const Options& options);

  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t address_length() const { return address_length_; }
  const std::string& host_header() const { return host_header_; }
  SSL_CTX* tls() const { return tls_.get(); }  // null: plain HTTP

 private:
  void resolve(const Options& options);

  sockaddr_storage address_{};
  socklen_t address_length_ = 0;
  std::string host_header_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_{nullptr, SSL_CTX_free};
};

}  // namespace s3load
