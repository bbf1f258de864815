#include "http/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace http {

using base::Errc;
using base::Result;
using base::Task;

static constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable_t<base::Executor>{});

template <class T>
static Task<Result<T>> already_closed() {
  co_return base::fail(Errc::closed, "the connection was closed");
}

Stream::Stream(Socket socket) : socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

Stream::~Stream() = default;

void Stream::FreeTls::operator()(SSL* tls) const { SSL_free(tls); }

Task<bool> Stream::wait_readable() {
  if (closed_) co_return false;
  auto [error] = co_await socket_.async_wait(Socket::wait_read, as_result);
  co_return !error && !closed_;
}

Task<bool> Stream::wait_writable() {
  if (closed_) co_return false;
  auto [error] = co_await socket_.async_wait(Socket::wait_write, as_result);
  co_return !error && !closed_;
}

Task<Result<bool>> Stream::begins_with_tls() {
  static constexpr char handshake_record = 0x16;  // RFC 8446, section 5.1
  if (!co_await wait_readable()) co_return base::fail(Errc::closed, "no first byte");
  char first = 0;
  if (recv(socket_.native_handle(), &first, 1, MSG_PEEK) != 1) co_return base::fail(Errc::closed, "no first byte");
  co_return first == handshake_record;
}

// Whether to try again after a TLS call that did not succeed: waits for what it asked for.
Task<bool> Stream::wait_for_tls(int outcome) {
  switch (SSL_get_error(tls_.get(), outcome)) {
    case SSL_ERROR_WANT_READ: co_return co_await wait_readable();
    case SSL_ERROR_WANT_WRITE: co_return co_await wait_writable();
    default: co_return false;
  }
}

Task<Result<>> Stream::handshake(SSL_CTX* context) {
  tls_.reset(SSL_new(context));
  if (!tls_ || !SSL_set_fd(tls_.get(), socket_.native_handle())) co_return base::fail(Errc::invalid, "no TLS state");
  for (;;) {
    ERR_clear_error();
    int outcome = SSL_accept(tls_.get());
    if (outcome == 1) co_return Result<>();
    if (!co_await wait_for_tls(outcome)) co_return base::fail(Errc::invalid, "TLS handshake failed");
  }
}

Task<Result<size_t>> Stream::read_some(std::span<char> into) {
  if (closed_) return already_closed<size_t>();
  return tls_ ? read_tls(into) : read_plain(into);
}

// Asio's own read: waiting for readiness by itself would cost a call to epoll_ctl each time.
Task<Result<size_t>> Stream::read_plain(std::span<char> into) {
  auto [error, count] = co_await socket_.async_read_some(boost::asio::buffer(into.data(), into.size()), as_result);
  if (closed_) co_return base::fail(Errc::closed, "the connection was closed");
  if (error == boost::asio::error::eof) co_return size_t(0);
  if (error) co_return base::fail(Errc::closed, error.message());
  co_return count;
}

Task<Result<size_t>> Stream::read_tls(std::span<char> into) {
  for (;;) {
    ERR_clear_error();
    size_t count = 0;
    int outcome = SSL_read_ex(tls_.get(), into.data(), into.size(), &count);
    if (outcome == 1) co_return count;
    if (SSL_get_error(tls_.get(), outcome) == SSL_ERROR_ZERO_RETURN) co_return size_t(0);
    if (!co_await wait_for_tls(outcome)) co_return base::fail(Errc::closed, "TLS connection ended");
  }
}

Task<Result<>> Stream::write(std::span<const char> first, std::span<const char> second) {
  if (closed_) return already_closed<void>();
  return tls_ ? write_tls(first, second) : write_plain(first, second);
}

Task<Result<>> Stream::write_tls(std::span<const char> first, std::span<const char> second) {
  if (!first.empty() && first.size() + second.size() <= 16384) {  // one record instead of two
    std::string both(first.data(), first.size());
    both.append(second.data(), second.size());
    co_return co_await write_tls_part(both);
  }
  if (auto done = co_await write_tls_part(first); !done) co_return done;
  co_return co_await write_tls_part(second);
}

Task<Result<>> Stream::write_plain(std::span<const char> first, std::span<const char> second) {
  while (!first.empty() || !second.empty()) {
    iovec parts[] = {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = first.empty() ? parts + 1 : parts;
    message.msg_iovlen = first.empty() ? 1 : 2;
    ssize_t sent = sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) co_return base::fail(Errc::closed, "the peer went away");
    if (sent < 0) {
      if (!co_await wait_writable()) co_return base::fail(Errc::closed, "the peer went away");
      continue;
    }
    size_t of_first = std::min<size_t>(sent, first.size());
    first = first.subspan(of_first);
    second = second.subspan(sent - of_first);
  }
  co_return Result<>();
}

Task<Result<>> Stream::write_tls_part(std::span<const char> data) {
  while (!data.empty()) {
    ERR_clear_error();
    size_t sent = 0;
    int outcome = SSL_write_ex(tls_.get(), data.data(), data.size(), &sent);
    if (outcome == 1)
      data = data.subspan(sent);
    else if (!co_await wait_for_tls(outcome))
      co_return base::fail(Errc::closed, "the peer went away");
  }
  co_return Result<>();
}

void Stream::shutdown_write() {
  if (closed_) return;
  if (tls_) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
  }
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

// The descriptor stays: its task may be about to use the number, which must not be another file's by then.
void Stream::close() {
  closed_ = true;
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.cancel(ignored);
}

}  // namespace http
