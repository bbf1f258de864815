// For every server name that is accepted, and for no other, a handshake succeeds with a certificate that a strict client takes.
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>

#include "fuzz.h"
#include "http/certificates.h"

namespace {

using Tls = std::unique_ptr<SSL, decltype(&SSL_free)>;

class Machine {
 public:
  Machine() : client_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    std::string name = "/tmp/fuzz_server_name.XXXXXX";
    fuzz::check(mkdtemp(name.data()));
    folder_ = name;
    certificates_ = http::Certificates::open(folder_).value();
    fuzz::check(SSL_CTX_load_verify_locations(client_.get(), certificates_->ca_path().c_str(), nullptr) == 1);
    SSL_CTX_set_verify(client_.get(), SSL_VERIFY_PEER, nullptr);
  }
  ~Machine() { std::filesystem::remove_all(folder_); }

  // By way of memory: what one side writes the other reads.
  bool shake_hands(const std::string& name) {
    Tls client(SSL_new(client_.get()), SSL_free), server(SSL_new(certificates_->context()), SSL_free);
    if (SSL_set_tlsext_host_name(client.get(), name.c_str()) != 1 || SSL_set1_host(client.get(), name.c_str()) != 1) return false;
    BIO *up = BIO_new(BIO_s_mem()), *down = BIO_new(BIO_s_mem());
    BIO_up_ref(up), BIO_up_ref(down);
    SSL_set_bio(client.get(), down, up);
    SSL_set_bio(server.get(), up, down);
    SSL_set_connect_state(client.get());
    SSL_set_accept_state(server.get());
    for (int i = 0; i < 10; i++) {
      if (SSL_do_handshake(client.get()) == 1 && SSL_do_handshake(server.get()) == 1) return true;
      SSL_do_handshake(server.get());
    }
    return false;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> client_;
  std::filesystem::path folder_;
  std::unique_ptr<http::Certificates> certificates_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Machine machine;
  std::string name(fuzz::text(data, size));
  bool accepted = http::is_server_name(name);
  // What a client cannot ask for at all.
  if (name.empty() || name.size() > 255 || name.find('\0') != name.npos) return fuzz::check(!accepted), 0;
  fuzz::check(machine.shake_hands(name) == accepted);
  return 0;
}
