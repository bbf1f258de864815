#include "socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace s3load {
namespace {

constexpr size_t tls_record = 16384, short_piece = 8192, most_pieces = 128;

// The beginning of `pieces`, as much as one TLS record holds.
std::span<const char> join(std::span<const iovec> pieces, std::span<char> scratch) {
  size_t have = 0, room = std::min(tls_record, scratch.size());
  for (auto& piece : pieces) {
    size_t take = std::min(piece.iov_len, room - have);
    memcpy(scratch.data() + have, piece.iov_base, take);
    have += take;
    if (have == room) break;
  }
  return scratch.first(have);
}

}  // namespace

bool Socket::open(void* tag) {
  tag_ = tag;
  connected_ = false;
  fd_ = socket(target_.address()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return failed("socket", strerror(errno)), false;
  int one = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  watches_writes_ = true;
  epoll_event event{EPOLLIN | EPOLLOUT, {tag_}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_, &event);
  bool failed_at_once = connect(fd_, target_.address(), target_.address_length()) < 0 && errno != EINPROGRESS;
  return !failed_at_once || (failed("connect", strerror(errno)), false);
}

Socket::Progress Socket::connect_on(uint32_t events) { return connected_ ? shake_hands() : finish_connecting(events); }

Socket::Progress Socket::finish_connecting(uint32_t events) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error) return failed("connect", strerror(error));
  if (!(events & EPOLLOUT)) return Progress::waiting;
  connected_ = true;
  if (!target_.tls()) return Progress::ready;
  tls_.reset(SSL_new(target_.tls()));
  SSL_set_fd(tls_.get(), fd_);
  SSL_set_connect_state(tls_.get());
  return shake_hands();
}

Socket::Progress Socket::shake_hands() {
  int returned = SSL_do_handshake(tls_.get());
  if (returned == 1) return Progress::ready;
  int reason = SSL_get_error(tls_.get(), returned);
  if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return failed("tls", "TLS handshake failed");
  watch_writes(reason == SSL_ERROR_WANT_WRITE);
  return Progress::waiting;
}

Socket::Progress Socket::failed(std::string step, std::string why) {
  failed_step_ = std::move(step);
  why_ = std::move(why);
  return Progress::failed;
}

void Socket::close() {
  tls_.reset();
  if (fd_ >= 0) ::close(fd_);  // leaves the epoll set with it
  fd_ = -1;
}

void Socket::watch_writes(bool on) {
  if (watches_writes_ == on) return;
  watches_writes_ = on;
  epoll_event event{EPOLLIN | (on ? EPOLLOUT : 0u), {tag_}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd_, &event);
}

Socket::Moved Socket::send(std::span<const iovec> pieces, std::span<char> scratch) {
  return tls_ ? send_tls(pieces, scratch) : send_plain(pieces);
}

Socket::Moved Socket::send_plain(std::span<const iovec> pieces) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = std::min(pieces.size(), most_pieces);
  ssize_t n = sendmsg(fd_, &message, MSG_NOSIGNAL);
  if (n >= 0) return {Moved::Kind::bytes, static_cast<size_t>(n)};
  if (errno != EAGAIN) return {Moved::Kind::error, 0, strerror(errno)};
  watch_writes(true);
  return {Moved::Kind::wait};
}

Socket::Moved Socket::send_tls(std::span<const iovec> pieces, std::span<char> scratch) {
  std::span<const char> data(static_cast<const char*>(pieces[0].iov_base), pieces[0].iov_len);
  if (data.size() < short_piece && pieces.size() > 1) data = join(pieces, scratch);
  int written = SSL_write(tls_.get(), data.data(), static_cast<int>(std::min<size_t>(data.size(), 1 << 30)));
  return written > 0 ? Moved{Moved::Kind::bytes, static_cast<size_t>(written)} : tls_stopped(written);
}

Socket::Moved Socket::receive(std::span<char> buffer) {
  if (!tls_) return received(recv(fd_, buffer.data(), buffer.size(), 0));
  int read = SSL_read(tls_.get(), buffer.data(), static_cast<int>(buffer.size()));
  return read > 0 ? Moved{Moved::Kind::bytes, static_cast<size_t>(read)} : tls_stopped(read);
}

Socket::Moved Socket::discard(size_t n) { return received(recv(fd_, nullptr, n, MSG_TRUNC)); }

Socket::Moved Socket::received(ssize_t n) const {
  if (n > 0) return {Moved::Kind::bytes, static_cast<size_t>(n)};
  if (n == 0) return {Moved::Kind::end};
  return errno == EAGAIN ? Moved{Moved::Kind::wait} : Moved{Moved::Kind::error, 0, strerror(errno)};
}

// A close without TLS's own goodbye counts as an end too: lengths tell whether anything is missing.
Socket::Moved Socket::tls_stopped(int returned) {
  switch (SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ: return {Moved::Kind::wait};
    case SSL_ERROR_WANT_WRITE: watch_writes(true); return {Moved::Kind::wait};
    default: return {Moved::Kind::end};
  }
}

}  // namespace s3load
