// A non-blocking connection to the target, watched by an epoll set: TCP, or TLS over it.
#pragma once
#include <openssl/ssl.h>
#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "target.h"

namespace s3load {

// **Threads**: one a worker.
class Socket {
 public:
  enum class Progress { ready, waiting, failed };

  // How an attempt to move bytes ended.
  struct Moved {
    enum class Kind { bytes, wait, end, error } kind;
    size_t bytes = 0;
    std::string why = {};  // of an error
  };

  Socket(const Target& target, int epoll) : target_(target), epoll_(epoll) {}
  ~Socket() { close(); }
  Socket(const Socket&) = delete;

  // Begins to connect. Events will carry `tag`. False: why() says more.
  bool open(void* tag);
  // Goes on connecting, with the events that came. `ready`: bytes can be sent.
  Progress connect_on(uint32_t events);
  // Why a connection was not made: a word for statistics, and a sentence.
  const std::string& failed_step() const { return failed_step_; }
  const std::string& why() const { return why_; }

  bool is_open() const { return fd_ >= 0; }
  void close();

  // Sends from the front of `pieces`. Over TLS a short first piece shares its record with what follows; it is put together
  // in `scratch`. After `wait`, an event tells when to try again.
  Moved send(std::span<const iovec> pieces, std::span<char> scratch);
  Moved receive(std::span<char> buffer);
  // Drops up to `n` bytes in the kernel. Not over TLS.
  Moved discard(size_t n);

  bool is_tls() const { return tls_ != nullptr; }
  void watch_writes(bool on);

 private:
  Progress finish_connecting(uint32_t events);
  Progress shake_hands();
  Progress failed(std::string step, std::string why);
  Moved received(ssize_t n) const;
  Moved send_plain(std::span<const iovec> pieces);
  Moved send_tls(std::span<const iovec> pieces, std::span<char> scratch);
  Moved tls_stopped(int returned);

  const Target& target_;
  int epoll_;
  void* tag_ = nullptr;
  int fd_ = -1;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
  bool connected_ = false;  // TCP is; TLS may still be shaking hands
  bool watches_writes_ = false;
  std::string failed_step_, why_;
};

}  // namespace s3load
