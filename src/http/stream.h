#pragma once
// A connected socket, plain or under TLS, for one task.
#include <openssl/types.h>
#include <sys/uio.h>

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/task.h"

namespace http {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, base::Executor>;

// **Threads** The socket's own. Errors are closed (the peer went, or `close` was called) and invalid (TLS broken).
class Stream {
 public:
  explicit Stream(Socket socket);
  ~Stream();

  // Waits for the first byte and tells whether it begins a TLS handshake; takes nothing.
  base::Task<base::Result<bool>> begins_with_tls();
  // Takes the server's side of a handshake; later reads and writes are encrypted.
  base::Task<base::Result<>> handshake(SSL_CTX* context);
  bool is_tls() const { return tls_ != nullptr; }

  // At least one byte; 0 at an orderly end.
  base::Task<base::Result<size_t>> read_some(std::span<char> into);
  // All bytes of both parts.
  base::Task<base::Result<>> write(std::span<const char> first, std::span<const char> second = {});

  // Ends this side's half: the peer sees an orderly end. Does not wait.
  void shutdown_write();
  // Ends the connection: from now on every read, write and wait fails. May be called while a task waits. The descriptor is
  // freed by the destructor.
  void close();

 private:
  struct FreeTls {
    void operator()(SSL* tls) const;
  };
  base::Task<base::Result<size_t>> read_plain(std::span<char> into);
  base::Task<base::Result<size_t>> read_tls(std::span<char> into);
  base::Task<bool> wait_readable();
  base::Task<bool> wait_writable();
  base::Task<base::Result<>> write_plain(std::span<const char> first, std::span<const char> second);
  base::Task<base::Result<>> write_tls(std::span<const char> first, std::span<const char> second);
  base::Task<base::Result<>> write_tls_part(std::span<const char> data);
  base::Task<bool> wait_for_tls(int outcome);

  Socket socket_;
  bool closed_ = false;
  std::unique_ptr<SSL, FreeTls> tls_;
};

}  // namespace http
