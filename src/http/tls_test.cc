// TLS as clients see it: a certificate for every name that may be asked for, on the same port as plain HTTP.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>

#include "http/server.h"

namespace http {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::StartsWith;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const { Free(p); }
};
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, Freer<SSL_free>>;

// Whether the request came by TLS, then its body.
base::Task<> echo(Exchange& exchange) {
  std::string body = exchange.peer().tls ? "tls " : "plain ";
  char buffer[10000];
  for (;;) {
    auto count = co_await exchange.read(buffer);
    if (!count) co_return;
    if (!*count) break;
    body.append(buffer, *count);
  }
  co_await exchange.respond(200, {}, body);
}

class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);
    std::string name = fs::temp_directory_path() / "tls_test.XXXXXX";
    ASSERT_TRUE(mkdtemp(name.data()));
    folder_ = name;
    certificates_ = Certificates::open(folder_).value();
    start({"127.0.0.1:0"}, certificates_.get());
  }
  ~TlsTest() override {
    server_.reset();
    fs::remove_all(folder_);
  }

  void start(std::vector<std::string> listen, const Certificates* certificates) {
    ServerOptions options;
    options.listen = std::move(listen);
    options.threads = 1;
    options.certificates = certificates;
    options.limits = limits_;
    server_ = std::make_unique<Server>(options, handler_, [](int) { return ""; });
    listening_ = server_->listen().has_value();
    if (!listening_) return;
    server_->start();
    auto& address = server_->addresses()[0];
    port_ = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }

  int connect_v4() {
    sockaddr_in address{};
    address.sin_family = AF_INET, address.sin_port = htons(port_), address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect_to(AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  int connect_v6() {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6, address.sin6_port = htons(port_), address.sin6_addr = in6addr_loopback;
    return connect_to(AF_INET6, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  static int connect_to(int family, sockaddr* address, socklen_t size) {
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    timeval patience{20, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(connect(fd, address, size), 0);
    return fd;
  }

  // A client that trusts our authority alone, asks for `sni` (none: null), and compares the certificate with `host`.
  struct Client {
    Context context;
    Tls tls;
    int fd = -1;
    bool connected = false;
    ~Client() { close(fd); }

    std::string talk(std::string_view request) {
      std::string out;
      char buffer[10000];
      EXPECT_EQ(SSL_write(tls.get(), request.data(), static_cast<int>(request.size())), static_cast<int>(request.size()));
      for (int count; (count = SSL_read(tls.get(), buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<size_t>(count));
      return out;
    }
  };
  std::unique_ptr<Client> shake_hands(int fd, const char* sni, const char* host, int max_version = 0) {
    auto client = std::make_unique<Client>();
    client->fd = fd;
    client->context.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_load_verify_locations(client->context.get(), certificates_->ca_path().c_str(), nullptr);
    SSL_CTX_set_verify(client->context.get(), SSL_VERIFY_PEER, nullptr);
    if (max_version) SSL_CTX_set_max_proto_version(client->context.get(), max_version);
    client->tls.reset(SSL_new(client->context.get()));
    if (sni) SSL_set_tlsext_host_name(client->tls.get(), sni);
    EXPECT_EQ(SSL_set1_host(client->tls.get(), host), 1);
    SSL_set_fd(client->tls.get(), fd);
    client->connected = SSL_connect(client->tls.get()) == 1;
    return client;
  }
  bool connects(const char* sni, const char* host) { return shake_hands(connect_v4(), sni, host)->connected; }

  fs::path folder_;
  std::unique_ptr<Certificates> certificates_;
  Handler handler_ = echo;
  Limits limits_;
  std::unique_ptr<Server> server_;
  bool listening_ = false;
  uint16_t port_ = 0;
};

constexpr std::string_view request = "PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";

TEST_F(TlsTest, EveryNameHasItsCertificate) {
  for (auto name : {"localhost", "s3.localhost", "my.bucket.1.s3.localhost", "my.bucket.1.s3.us-east-1.localhost", "a_b-c.example"}) {
    auto client = shake_hands(connect_v4(), name, name);
    ASSERT_TRUE(client->connected) << name;
    EXPECT_THAT(client->talk(request), EndsWith("\r\n\r\ntls hello")) << name;
  }
  EXPECT_TRUE(connects("S3.LocalHost", "s3.localhost"));
}

TEST_F(TlsTest, ACertificateIsForItsNameAlone) {
  EXPECT_FALSE(connects("a.localhost", "b.localhost"));
  EXPECT_FALSE(connects("localhost", "a.localhost"));
  EXPECT_FALSE(connects("a.b.localhost", "b.localhost"));
}

TEST_F(TlsTest, NamesAreAskedForAgain) {
  for (int i = 0; i < 3; i++) EXPECT_TRUE(connects("again.localhost", "again.localhost"));
}

TEST_F(TlsTest, WithoutANameTheAddressIsIt) {
  EXPECT_TRUE(connects(nullptr, "127.0.0.1"));
  EXPECT_TRUE(connects(nullptr, "localhost"));
  EXPECT_FALSE(connects(nullptr, "127.0.0.2"));
  // What no client should ask for by name; OpenSSL reads the second as an address too.
  EXPECT_TRUE(connects("127.0.0.1", "127.0.0.1"));
  EXPECT_TRUE(connects("063.0.0.1", "063.0.0.1"));
}

TEST_F(TlsTest, AddressesOfVersion6) {
  start({"[::1]:0"}, certificates_.get());
  if (!listening_) GTEST_SKIP() << "this machine has no ::1";
  EXPECT_TRUE(shake_hands(connect_v6(), nullptr, "::1")->connected);
  EXPECT_TRUE(shake_hands(connect_v6(), "localhost", "localhost")->connected);
}

TEST_F(TlsTest, NamesThatAreNoneAreRefused) {
  auto long_label = std::string(64, 'a') + ".localhost";
  for (auto name : {"*.localhost", "a..localhost", "localhost.", ".localhost", "a b", "a,DNS:b", "a/b", long_label.c_str()}) EXPECT_FALSE(connects(name, "localhost")) << name;
  EXPECT_TRUE(connects("localhost", "localhost"));
}

TEST_F(TlsTest, ThePortServesPlainHttpToo) {
  int fd = connect_v4();
  send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  std::string out;
  char buffer[1000];
  for (ssize_t count; (count = recv(fd, buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<size_t>(count));
  close(fd);
  EXPECT_THAT(out, EndsWith("\r\n\r\nplain hello"));
  EXPECT_TRUE(connects("localhost", "localhost"));
}

TEST_F(TlsTest, LargeBodiesGoBothWays) {
  std::string body(3 << 20, 'x');
  auto client = shake_hands(connect_v4(), "localhost", "localhost");
  ASSERT_TRUE(client->connected);
  auto answer = client->talk("PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\ntls " + body));
}

// Waits for a body that does not come; once closed, takes the lowest free descriptors and answers all the same.
struct LateAnswer {
  std::promise<void> waiting;
  std::string strayed;  // what was written to a descriptor that is not the connection's

  base::Task<> handle(Exchange& exchange) {
    char buffer[10];
    waiting.set_value();
    EXPECT_FALSE(co_await exchange.read(buffer));
    int pairs[16][2];
    for (auto& pair : pairs) EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    co_await exchange.respond(200, {}, "late");
    for (auto& pair : pairs) {
      for (int end : pair)
        if (auto count = recv(end, buffer, sizeof buffer, 0); count > 0) strayed.append(buffer, static_cast<size_t>(count));
      close(pair[0]), close(pair[1]);
    }
  }
};

TEST_F(TlsTest, AClosedConnectionsDescriptorIsNotReusedWhileItsHandlerRuns) {
  LateAnswer late;
  handler_ = [&](Exchange& exchange) { return late.handle(exchange); };
  limits_.drain = std::chrono::seconds(0);
  start({"127.0.0.1:0"}, certificates_.get());
  auto client = shake_hands(connect_v4(), "localhost", "localhost");
  ASSERT_TRUE(client->connected);
  auto part = request.substr(0, request.size() - 5);
  ASSERT_EQ(SSL_write(client->tls.get(), part.data(), static_cast<int>(part.size())), static_cast<int>(part.size()));
  late.waiting.get_future().wait();
  server_->stop();
  EXPECT_EQ(late.strayed, "");
}

TEST_F(TlsTest, OldVersionsAreRefused) {
  EXPECT_TRUE(shake_hands(connect_v4(), "localhost", "localhost", TLS1_2_VERSION)->connected);
  EXPECT_FALSE(shake_hands(connect_v4(), "localhost", "localhost", TLS1_1_VERSION)->connected);
}

TEST_F(TlsTest, BytesThatAreNoHandshakeEndTheConnection) {
  int fd = connect_v4();
  send(fd, "\x16nonsense that goes on for a while", 34, MSG_NOSIGNAL);
  char buffer[1000];
  while (recv(fd, buffer, sizeof buffer, 0) > 0) {}
  close(fd);
  EXPECT_TRUE(connects("localhost", "localhost"));
}

TEST_F(TlsTest, WithoutCertificatesThereIsNone) {
  start({"127.0.0.1:0"}, nullptr);
  EXPECT_FALSE(connects("localhost", "localhost"));
}

TEST_F(TlsTest, TheAuthorityIsKept) {
  auto read = [&](const char* name) {
    std::ifstream in(folder_ / name);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  auto certificate = read("ca.pem");
  EXPECT_THAT(certificate, StartsWith("-----BEGIN CERTIFICATE-----"));
  struct stat status {};
  ASSERT_EQ(stat((folder_ / "ca.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  auto again = Certificates::open(folder_).value();
  EXPECT_EQ(read("ca.pem"), certificate);
  start({"127.0.0.1:0"}, again.get());
  EXPECT_TRUE(connects("localhost", "localhost"));
}

TEST_F(TlsTest, ADamagedAuthorityIsNotReplaced) {
  std::ofstream(folder_ / "ca.key") << "damaged";
  auto opened = Certificates::open(folder_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, base::Errc::corrupt);
  fs::remove(folder_ / "ca.key");
  EXPECT_FALSE(Certificates::open(folder_));
  // The key without its certificate is what a crash leaves at the first start.
  fs::remove(folder_ / "ca.pem");
  EXPECT_TRUE(Certificates::open(folder_));
}

}  // namespace
}  // namespace http
