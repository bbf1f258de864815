#include "http/certificates.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <unordered_map>

#include "base/file_system.h"
#include "base/log.h"

namespace http {

using base::Errc;
using base::Result;

namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const { Free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, Freer<ASN1_OCTET_STRING_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr int authority_days = 3650;
constexpr int leaf_days = 397;            // what clients accept at most since 2020
constexpr size_t cached_names = 1000;     // a hostile client may ask for a new name with each handshake

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof serial) != 1) return false;
  serial[0] &= 0x7f;
  std::unique_ptr<BIGNUM, Freer<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

// A certificate with everything but its extensions and signature.
Certificate begin_certificate(const std::string& common_name, EVP_PKEY* key, int days) {
  Certificate made(X509_new());
  if (!made || !set_random_serial(made.get())) return nullptr;
  X509_set_version(made.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);  // clocks of clients differ
  X509_time_adj_ex(X509_getm_notAfter(made.get()), days, 0, nullptr);
  X509_set_pubkey(made.get(), key);
  X509_NAME* name = X509_get_subject_name(made.get());
  auto text = common_name.substr(0, 64);  // the field's limit; clients read the alternative name instead
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()), -1, 0);
  return made;
}

Certificate make_authority(EVP_PKEY* key) {
  auto made = begin_certificate("Cumulet local authority", key, authority_days);
  if (!made) return nullptr;
  X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  bool good = add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
              add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
              add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash") &&
              X509_sign(made.get(), key, EVP_sha256());
  return good ? std::move(made) : nullptr;
}

Certificate make_leaf(const std::string& name, bool is_address, EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key) {
  auto made = begin_certificate(name, key, leaf_days);
  if (!made) return nullptr;
  X509_set_issuer_name(made.get(), X509_get_subject_name(authority));
  std::string alternative = is_address ? "IP:" + name + ",DNS:localhost" : "DNS:" + name;
  bool good = add_extension(made.get(), authority, NID_subject_alt_name, alternative) &&
              add_extension(made.get(), authority, NID_basic_constraints, "critical,CA:FALSE") &&
              add_extension(made.get(), authority, NID_key_usage, "critical,digitalSignature") &&
              add_extension(made.get(), authority, NID_ext_key_usage, "serverAuth") &&
              add_extension(made.get(), authority, NID_subject_key_identifier, "hash") &&
              add_extension(made.get(), authority, NID_authority_key_identifier, "keyid:always") &&
              X509_sign(made.get(), authority_key, EVP_sha256());
  return good ? std::move(made) : nullptr;
}

std::string to_pem(auto write) {
  Memory memory(BIO_new(BIO_s_mem()));
  write(memory.get());
  char* data = nullptr;
  long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<size_t>(size)};
}

// Written under another name, synced and renamed, the renaming synced too: a crash leaves the old file, or the new one whole; a power
// cut later takes nothing back that clients trust by then.
Result<> write_file(const std::filesystem::path& path, std::string_view content, int mode) {
  auto temporary = path.string() + ".new";
  int fd = open(temporary.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return std::unexpected(base::errno_error("cannot write " + temporary, errno));
  bool good = write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) && fsync(fd) == 0;
  int number = errno;
  close(fd);
  if (!good || rename(temporary.c_str(), path.c_str()) != 0)
    return std::unexpected(base::errno_error("cannot write " + path.string(), good ? errno : number));
  return base::posix_file_system().sync_folder(path.parent_path());
}

std::string local_address(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char text[INET6_ADDRSTRLEN] = "127.0.0.1";
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return text;
  if (address.ss_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6&>(address).sin6_addr, text, sizeof text);
  else
    inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in&>(address).sin_addr, text, sizeof text);
  return text;
}

}  // namespace

bool is_server_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  size_t label = 0;
  for (char c : name) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!letter && c != '.') return false;
    if (c == '.' && label == 0) return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
  }
  return label > 0;
}

struct Certificates::State {
  std::filesystem::path ca_path;
  Key authority_key, leaf_key;
  Certificate authority;
  std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>> context;
  std::mutex mutex;
  std::unordered_map<std::string, Certificate> leaves;

  Result<> load(const std::filesystem::path& key_path);
  Result<> make(const std::filesystem::path& key_path);
  Result<> make_context();
  int choose(SSL* tls);
};

Result<> Certificates::State::load(const std::filesystem::path& key_path) {
  Memory ca(BIO_new_file(ca_path.c_str(), "r")), key(BIO_new_file(key_path.c_str(), "r"));
  if (ca) authority.reset(PEM_read_bio_X509(ca.get(), nullptr, nullptr, nullptr));
  if (key) authority_key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
  if (authority && authority_key && X509_check_private_key(authority.get(), authority_key.get()) == 1) return {};
  return base::fail(Errc::corrupt, "the certificate authority in " + ca_path.parent_path().string() +
                                       " cannot be read; remove that folder to have a new one made");
}

Result<> Certificates::State::make(const std::filesystem::path& key_path) {
  authority_key.reset(EVP_EC_gen("P-256"));
  if (authority_key) authority = make_authority(authority_key.get());
  if (!authority) return base::fail(Errc::io, "cannot make a certificate authority");
  // The certificate last: where it is, the key is too.
  TRY_VOID(write_file(key_path, to_pem([&](BIO* out) {
                        PEM_write_bio_PKCS8PrivateKey(out, authority_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
                      }),
                      0600));
  return write_file(ca_path, to_pem([&](BIO* out) { PEM_write_bio_X509(out, authority.get()); }), 0644);
}

Result<> Certificates::State::make_context() {
  context.reset(SSL_CTX_new(TLS_server_method()));
  leaf_key.reset(EVP_EC_gen("P-256"));
  if (!context || !leaf_key) return base::fail(Errc::io, "cannot set up TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_ENABLE_KTLS);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_cert_cb(context.get(), [](SSL* tls, void* self) { return static_cast<State*>(self)->choose(tls); }, this);
  return {};
}

// Called in each handshake; 0 makes it fail.
int Certificates::State::choose(SSL* tls) {
  const char* asked = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
  std::string name = asked ? asked : local_address(SSL_get_fd(tls));
  if (asked && !is_server_name(name)) return 0;
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  // No client should ask for an address by name (RFC 6066, section 3), but one that does compares the certificate's addresses.
  bool is_address = !asked || Octets(a2i_IPADDRESS(asked));
  std::lock_guard lock(mutex);
  auto found = leaves.find(name);
  if (found == leaves.end()) {
    if (leaves.size() >= cached_names) leaves.erase(leaves.begin());
    found = leaves.emplace(name, make_leaf(name, is_address, leaf_key.get(), authority.get(), authority_key.get())).first;
  }
  return found->second && SSL_use_certificate(tls, found->second.get()) == 1 && SSL_use_PrivateKey(tls, leaf_key.get()) == 1;
}

Result<std::unique_ptr<Certificates>> Certificates::open(const std::filesystem::path& folder) {
  auto state = std::make_unique<State>();
  state->ca_path = folder / "ca.pem";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return std::unexpected(base::errno_error("cannot make " + folder.string(), error.value()));
  bool made_before = std::filesystem::exists(state->ca_path, error);
  if (!made_before) TRY_VOID(base::posix_file_system().sync_folder(folder.parent_path()));
  TRY_VOID(made_before ? state->load(folder / "ca.key") : state->make(folder / "ca.key"));
  TRY_VOID(state->make_context());
  return std::unique_ptr<Certificates>(new Certificates(std::move(state)));
}

Certificates::Certificates(std::unique_ptr<State> state) : state_(std::move(state)) {}
Certificates::~Certificates() = default;
SSL_CTX* Certificates::context() const { return state_->context.get(); }
const std::filesystem::path& Certificates::ca_path() const { return state_->ca_path; }

}  // namespace http
