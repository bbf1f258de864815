// The server over real sockets: requests as hostile or clumsy clients send them.
#include "http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <thread>

#include "base/offload.h"

namespace http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// Answers with the method, the target and the body.
base::Task<> echo(Exchange& exchange) {
  std::string body;
  char buffer[1000];
  for (;;) {
    auto count = co_await exchange.read(buffer);
    if (!count) {
      co_await exchange.respond(400, {}, "broken");
      co_return;
    }
    if (!*count) break;
    body.append(buffer, *count);
  }
  std::string text = std::string(exchange.head().method()) + " " + std::string(exchange.head().target()) + " " + body;
  co_await exchange.respond(200, {}, text);
}

base::Task<> ignore_body(Exchange& exchange) { co_await exchange.respond(403, {}, "no"); }

class ServerTest : public testing::Test {
 protected:
  static std::string plain_refusal(int status) { return "<" + std::to_string(status) + ">"; }

  void start(Handler handler, Limits limits = {}, Refusal refusal = plain_refusal) {
    ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.threads = 1;
    options.limits = limits;
    server_ = std::make_unique<Server>(options, std::move(handler), std::move(refusal));
    ASSERT_TRUE(server_->listen());
    server_->start();
    port_ = static_cast<uint16_t>(std::stoi(server_->addresses()[0].substr(10)));
  }

  int connect_to() {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    timeval patience{20, 0};  // a server that forgot the connection must not hold up the test
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
  }

  // Sends the text, ends its half of the connection, and returns all that comes back.
  std::string talk(std::string_view text) {
    int fd = connect_to();
    send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    std::string out;
    char buffer[4096];
    for (ssize_t count; (count = recv(fd, buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<size_t>(count));
    close(fd);
    return out;
  }

  std::unique_ptr<Server> server_;
  uint16_t port_ = 0;
};

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start(echo);
  auto answer = talk("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("PUT /a abcHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("GET /b "));
}

TEST_F(ServerTest, DecodesChunkedBodies) {
  start(echo);
  EXPECT_THAT(talk("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), EndsWith("PUT /a abcde"));
}

TEST_F(ServerTest, SendsContinueOnlyWhenTheBodyIsWanted) {
  start(ignore_body);
  auto answer = talk("PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, KeepsTheConnectionAfterAnUnreadBody) {
  start(ignore_body);
  auto answer = talk("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(answer.find("HTTP/1.1 403"), answer.rfind("HTTP/1.1 403"));
}

// Two pieces of a response whose length is not known, then its end.
base::Task<> answer_in_chunks(Exchange& exchange) {
  exchange.start_unsized(200, {});
  co_await exchange.write(std::string_view(" "));
  co_await exchange.write(std::string_view(""));
  co_await exchange.write(std::string_view("sixteen letters."));
  if (exchange.head().target() != "/cut") co_await exchange.finish();
}

TEST_F(ServerTest, SendsAResponseOfUnknownLengthInChunks) {
  start(answer_in_chunks);
  auto answer = talk("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n\r\n1\r\n \r\n10\r\nsixteen letters.\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("0\r\n\r\n"));
  EXPECT_THAT(answer, testing::Not(HasSubstr("Content-Length")));
}

TEST_F(ServerTest, EndsTheConnectionAfterAResponseOfUnknownLengthToAnOldClient) {
  start(answer_in_chunks);
  auto answer = talk("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n\r\n sixteen letters."));
  EXPECT_THAT(answer, EndsWith("."));
  EXPECT_THAT(answer, testing::Not(HasSubstr("chunked")));
  EXPECT_EQ(answer.find("HTTP/1.1"), answer.rfind("HTTP/1.1"));
}

TEST_F(ServerTest, CutsOffAResponseOfUnknownLengthThatIsNotFinished) {
  start(answer_in_chunks);
  EXPECT_THAT(talk("GET /cut HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n"), EndsWith("sixteen letters.\r\n"));
}

TEST_F(ServerTest, TellsTheHandlerOfABodyCutShort) {
  start(echo);
  EXPECT_THAT(talk("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"), HasSubstr("400 Bad Request"));
}

TEST_F(ServerTest, RefusesWhatIsNotHttp) {
  start(echo);
  for (auto bad : {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                   "GET / HTTP/1.1\r\nbad header\r\n\r\n", "PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"})
    EXPECT_THAT(talk(bad), StartsWith("HTTP/1.1 400")) << bad;
}

TEST_F(ServerTest, ForgetsAConnectionThatAnExceptionEnded) {
  start(echo, {}, [](int) -> std::string { throw std::bad_alloc(); });
  EXPECT_EQ(talk("nonsense\r\n\r\n"), "");
  EXPECT_THAT(talk("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"), EndsWith("GET /a "));
  server_->stop();
  EXPECT_EQ(server_->counters().connections_open, 0u);
}

TEST_F(ServerTest, GoesOnAcceptingAfterAnException) {
  Limits limits;
  limits.connections = 1;
  start(echo, limits, [](int) -> std::string { throw std::bad_alloc(); });
  int held = connect_to();
  send(held, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", 28, MSG_NOSIGNAL);
  char byte;
  ASSERT_EQ(recv(held, &byte, 1, 0), 1);
  EXPECT_EQ(talk("GET /b HTTP/1.1\r\nHost: h\r\n\r\n"), "");
  close(held);
  while (server_->counters().connections_open) std::this_thread::yield();
  EXPECT_THAT(talk("GET /c HTTP/1.1\r\nHost: h\r\n\r\n"), EndsWith("GET /c "));
}

// A client that leaves its end open after the last answer is waited for a moment, not until the limit for requests.
TEST_F(ServerTest, StopsAlthoughAClientDoesNotHangUp) {
  Limits limits;
  limits.drain = std::chrono::seconds(40);
  start(echo, limits);
  int fd = connect_to();
  send(fd, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 46, 0);
  char answer[500];
  EXPECT_GT(recv(fd, answer, sizeof answer, 0), 0);
  auto began = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, limits.drain / 2);
  close(fd);
}

TEST_F(ServerTest, RefusesAHeadPastTheLimit) {
  Limits limits;
  limits.header_bytes = 1000;
  start(echo, limits);
  EXPECT_THAT(talk("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431"));
}

// Longer than it takes to notice that a deadline of zero has passed.
base::Task<> work_long(Exchange& exchange) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(2500));
  co_await timer.async_wait(base::use_task);
  co_await exchange.respond(200, {}, "done");
}

TEST_F(ServerTest, LetsAHandlerWorkLongerThanAPeerMayStall) {
  Limits limits;
  limits.stalled = std::chrono::seconds(0);
  start(work_long, limits);
  EXPECT_THAT(talk("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), EndsWith("done"));
}

TEST_F(ServerTest, EndsAConnectionWhoseBodyStalls) {
  Limits limits;
  limits.stalled = std::chrono::seconds(0);
  start(echo, limits);
  int fd = connect_to();
  std::string_view text = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc";
  send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  char byte = 0;
  EXPECT_LE(recv(fd, &byte, 1, 0), 0);
  close(fd);
}

// A byte now and then would else hold the connection for ever: each comes long before the peer is taken for stalled.
TEST_F(ServerTest, EndsAConnectionWhoseBodyTrickles) {
  Limits limits;
  limits.stalled = std::chrono::seconds(2);
  start(echo, limits);
  int fd = connect_to();
  std::string_view text = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n";
  send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  timeval patience{0, 100'000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char byte = 0;
  int sent = 0;
  while (sent < 200 && recv(fd, &byte, 1, 0) < 0 && errno == EAGAIN) sent += send(fd, "x", 1, MSG_NOSIGNAL) == 1;
  EXPECT_LT(sent, 200);
  close(fd);
}

TEST_F(ServerTest, RefusesConnectionsPastTheLimit) {
  Limits limits;
  limits.connections = 0;
  start(echo, limits);
  EXPECT_THAT(talk(""), StartsWith("HTTP/1.1 503"));
}

TEST(ServerNames, AreDnsNames) {
  for (auto good : {"localhost", "my.bucket.1.s3.localhost", "a-b_c"}) EXPECT_TRUE(is_server_name(good)) << good;
  for (auto bad : {"", ".", "a..b", "a.", ".a", "a b", "a\nb", "é"}) EXPECT_FALSE(is_server_name(bad)) << bad;
  EXPECT_FALSE(is_server_name(std::string(64, 'a')));
}

}  // namespace
}  // namespace http
