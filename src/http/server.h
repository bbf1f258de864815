#pragma once
// The listening side: accepts connections, reads requests, and hands each to one handler.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "http/certificates.h"
#include "http/exchange.h"

namespace http {

// Handles one request. Whatever it leaves unsent or unread is dealt with after it ended. Must not throw for what a client
// sends; an exception is a bug, is logged, and ends the connection.
using Handler = std::function<base::Task<>(Exchange&)>;

// Answers a request that is not HTTP, or past a limit, before any handler could: status 400, 431, 501, 503 or 505.
using Refusal = std::function<std::string(int status)>;

struct Limits {
  size_t connections = 10'000;
  size_t header_bytes = 64 << 10;
  std::chrono::seconds idle{75};     // between requests
  std::chrono::seconds head{30};     // from the first byte of a head to its last
  std::chrono::seconds stalled{60};  // without a byte of a body from the peer, or of a response taken by it, while that is waited for
  uint64_t slowest_body = 256;       // bytes a second that a body brings on the average, `stalled` aside: a trickle holds a place in vain
  std::chrono::seconds drain{30};    // for requests in flight when the server stops
};

struct ServerOptions {
  std::vector<std::string> listen;        // "127.0.0.1:4566", "[::1]:0"; port 0 picks a free one
  unsigned threads = 0;                   // network threads; 0: one per CPU that this process may use
  const Certificates* certificates = nullptr;  // none: no TLS
  Limits limits;
};

struct ServerCounters {
  std::atomic<uint64_t> connections_open{0}, connections_accepted{0}, connections_refused{0}, requests_malformed{0};
};

// **Threads** Made, run, stopped and destroyed by one thread; `counters` by any. **Requires** SIGPIPE is ignored where there is TLS:
// OpenSSL writes to sockets that the peer has closed.
class Server {
 public:
  Server(ServerOptions options, Handler handler, Refusal refusal);
  ~Server();

  // Binds and listens. **Errors** io: an address is taken or not this machine's.
  base::Result<> listen();
  // The addresses bound, with real port numbers.
  const std::vector<std::string>& addresses() const;
  // Starts the network threads; returns at once.
  void start();
  // Stops accepting, lets requests in flight finish for at most Limits::drain, ends all connections, joins the threads.
  void stop();
  const ServerCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace http
