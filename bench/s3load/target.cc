#include "target.h"

#include <netdb.h>

#include <cstring>

namespace s3load {
namespace {

bool is_default_port(const Options& options) { return options.port == (options.tls ? "443" : "80"); }

std::string without_brackets(const std::string& host) {
  return host.size() > 2 && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

Target::Target(const Options& options) : host_header_(is_default_port(options) ? options.host : options.host + ":" + options.port) {
  resolve(options);
  if (!options.tls) return;
  tls_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

void Target::resolve(const Options& options) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int error = getaddrinfo(without_brackets(options.host).c_str(), options.port.c_str(), &hints, &found))
    die(options.host + ": " + gai_strerror(error));
  memcpy(&address_, found->ai_addr, found->ai_addrlen);
  address_length_ = found->ai_addrlen;
  freeaddrinfo(found);
}

}  // namespace s3load
