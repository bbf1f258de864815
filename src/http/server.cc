#include "http/server.h"

#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <future>
#include <list>
#include <thread>

#include "base/log.h"
#include "http/connection.h"

namespace http {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::Errc;
using base::Result;
using base::Task;
using Acceptor = asio::basic_socket_acceptor<tcp, base::Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, base::Executor>;
static constexpr auto as_result = asio::as_tuple(asio::use_awaitable_t<base::Executor>{});

namespace {

void log_exception(std::string_view event, const std::exception_ptr& exception) noexcept try {
  std::rethrow_exception(exception);
} catch (const std::exception& e) {
  try {
    base::log::error(event, {{"what", e.what()}});
  } catch (...) {}  // out of memory, as likely as not
} catch (...) {}

// Counts a connection from when its place is chosen to its end, however it ends.
class Seat {
 public:
  Seat(std::atomic<size_t>& count, ServerCounters& counters) : count_(&count), counters_(&counters) {
    count++;
    counters.connections_open++;
  }
  Seat(Seat&& other) noexcept : count_(std::exchange(other.count_, nullptr)), counters_(other.counters_) {}
  ~Seat() {
    if (!count_) return;
    (*count_)--;
    counters_->connections_open--;
  }

 private:
  std::atomic<size_t>* count_;
  ServerCounters* counters_;
};

// An accepted connection that no thread has taken yet.
class Accepted {
 public:
  Accepted(int descriptor, tcp protocol) : descriptor_(descriptor), protocol_(protocol) {}
  Accepted(Accepted&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), protocol_(other.protocol_) {}
  ~Accepted() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int descriptor() const { return descriptor_; }
  // **Errors** as exceptions; then it is closed.
  Socket take(asio::io_context& io) && {
    Socket socket(io, protocol_, descriptor_);
    descriptor_ = -1;
    return socket;
  }

 private:
  int descriptor_;
  tcp protocol_;
};

// A network thread and the connections that live on it.
struct Shard {
  std::atomic<size_t> count{0};  // before what may hold connections on their way
  std::list<Connection> connections;  // before what holds their tasks, which take them off it
  asio::io_context io{1};
  asio::executor_work_guard<base::Executor> work = asio::make_work_guard(io);
  Timer timer{io};
  bool stopping = false;
  std::thread thread;

  // Takes a connection off the list when its task ends, also where the task was lost and only its frame is destroyed.
  struct Listed {
    std::list<Connection>& all;
    std::list<Connection>::iterator place;
    ~Listed() { all.erase(place); }
  };

  Task<> serve(Socket socket, ConnectionContext context, Seat) {
    std::exception_ptr failure;
    try {
      Listed listed{connections, connections.emplace(connections.end(), std::move(socket), context)};
      if (stopping) listed.place->finish_up();
      co_await listed.place->run();
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) log_exception("a connection ended by an exception", failure);
  }

  // An exception costs what threw it, not the connections of the whole thread.
  void run() {
    for (;;) try {
        io.run();
        return;
      } catch (...) {
        log_exception("a network thread caught an exception", std::current_exception());
      }
  }

  // To the last connection: while the server stops, a client that does not hang up after its answer must not hold it.
  Task<> sweep() {
    while (!stopping || !connections.empty()) {
      timer.expires_after(std::chrono::milliseconds(stopping ? 100 : 1000));
      co_await timer.async_wait(as_result);
      auto now = Connection::Clock::now();
      for (auto& connection : connections) connection.end_if_overdue(now);
    }
  }
};

unsigned usable_cpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

Result<tcp::endpoint> parse_address(const std::string& text) {
  auto colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  unsigned short port = 0;  // a number past 65535 does not fit
  const char* end = text.data() + text.size();
  bool good = colon != text.npos && std::from_chars(text.data() + colon + 1, end, port) == std::from_chars_result{end, std::errc()} && colon + 1 < text.size();
  boost::system::error_code error;
  auto address = asio::ip::make_address(host, error);
  if (good && !error) return tcp::endpoint(address, port);
  return base::fail(Errc::invalid, "\"" + text + "\" is not an address to listen on; give ADDRESS:PORT, such as 127.0.0.1:4566");
}

}  // namespace

struct Server::State {
  ServerOptions options;
  Handler handler;
  Refusal refusal;
  ServerCounters counters;
  std::vector<std::unique_ptr<Shard>> shards;
  std::list<Acceptor> acceptors;
  std::vector<std::string> addresses;
  bool started = false;

  ConnectionContext context() { return {handler, refusal, options.limits, options.certificates, counters}; }
  Result<> listen_on(const std::string& text);
  Task<> accept_on(Acceptor& acceptor);
  Task<bool> accept_one(Acceptor& acceptor, tcp protocol);
  void place(Accepted accepted);
  void refuse(const Accepted& accepted);
};

Server::Server(ServerOptions options, Handler handler, Refusal refusal) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->handler = std::move(handler);
  state_->refusal = std::move(refusal);
  unsigned threads = state_->options.threads ? state_->options.threads : usable_cpus();
  for (unsigned i = 0; i < threads; i++) state_->shards.push_back(std::make_unique<Shard>());
}

Server::~Server() { stop(); }

const std::vector<std::string>& Server::addresses() const { return state_->addresses; }
const ServerCounters& Server::counters() const { return state_->counters; }

// What to do where an address cannot be listened on.
static std::string_view advice(int number) {
  if (number == EACCES) return "; ports below 1024 need root or CAP_NET_BIND_SERVICE: give one from 1024 on";
  if (number == EADDRINUSE) return "; another program uses the port: give another";
  if (number == EADDRNOTAVAIL) return "; the address is not this machine's: give another, or 0.0.0.0 for all that it has";
  return "; give another address";
}

Result<> Server::State::listen_on(const std::string& text) {
  TRY(endpoint, parse_address(text));
  auto& acceptor = acceptors.emplace_back(shards[0]->io);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    auto failed = base::errno_error("cannot listen on " + text, error.value());
    failed.what += advice(error.value());
    return std::unexpected(std::move(failed));
  }
  auto bound = acceptor.local_endpoint();
  bool v6 = bound.address().is_v6();
  addresses.push_back((v6 ? "[" : "") + bound.address().to_string() + (v6 ? "]:" : ":") + std::to_string(bound.port()));
  return {};
}

Result<> Server::listen() {
  for (auto& text : state_->options.listen) TRY_VOID(state_->listen_on(text));
  return {};
}

// Past the limit: an answer to plain HTTP, and no waiting for anybody.
void Server::State::refuse(const Accepted& accepted) {
  counters.connections_refused++;
  auto body = refusal(503);
  auto text = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body;
  send(accepted.descriptor(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Gives the connection to the network thread that has fewest.
void Server::State::place(Accepted accepted) {
  Shard& shard = **std::ranges::min_element(shards, {}, [](auto& s) { return s->count.load(); });
  asio::post(shard.io, [this, &shard, accepted = std::move(accepted), seat = Seat(shard.count, counters)]() mutable {
    asio::co_spawn(shard.io.get_executor(), shard.serve(std::move(accepted).take(shard.io), context(), std::move(seat)), asio::detached);
  });
}

// False where it failed: out of descriptors, say.
Task<bool> Server::State::accept_one(Acceptor& acceptor, tcp protocol) {
  auto [error, socket] = co_await acceptor.async_accept(as_result);
  if (error == asio::error::operation_aborted) co_return true;
  if (error) {
    base::log::warning("cannot accept a connection", {{"error", error.message()}});
    co_return false;
  }
  counters.connections_accepted++;
  Accepted accepted(socket.release(), protocol);
  if (counters.connections_open >= options.limits.connections)
    refuse(accepted);
  else
    place(std::move(accepted));
  co_return true;
}

// Until the acceptor is closed, whatever happens; after a failure it waits a little instead of spinning.
Task<> Server::State::accept_on(Acceptor& acceptor) {
  auto protocol = acceptor.local_endpoint().protocol();
  Timer pause(acceptor.get_executor());
  bool good = true;
  while (acceptor.is_open()) try {
      if (!std::exchange(good, true)) {
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(as_result);
      }
      good = co_await accept_one(acceptor, protocol);
    } catch (...) {
      good = false;
      log_exception("an exception while a connection was accepted", std::current_exception());
    }
}

void Server::start() {
  state_->started = true;
  for (auto& acceptor : state_->acceptors)
    asio::co_spawn(state_->shards[0]->io.get_executor(), state_->accept_on(acceptor), asio::detached);
  for (auto& shard : state_->shards) {
    asio::co_spawn(shard->io.get_executor(), shard->sweep(), asio::detached);
    shard->thread = std::thread([&shard = *shard] { shard.run(); });
    pthread_setname_np(shard->thread.native_handle(), "network");
  }
}

void Server::stop() {
  if (!std::exchange(state_->started, false)) return;
  auto& shards = state_->shards;
  // First no more come in: one that was accepted meanwhile is on its way to its thread before that is told to stop.
  std::promise<void> closed;
  asio::post(shards[0]->io, [this, &closed] {
    for (auto& acceptor : state_->acceptors) acceptor.close();
    closed.set_value();
  });
  closed.get_future().wait();
  for (auto& shard : shards)
    asio::post(shard->io, [&shard = *shard] {
      shard.stopping = true;
      shard.timer.cancel();
      shard.work.reset();
      for (auto& connection : shard.connections) connection.finish_up();
    });
  auto deadline = Connection::Clock::now() + state_->options.limits.drain;
  for (auto& shard : shards) {
    while (shard->count && Connection::Clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    asio::post(shard->io, [&shard = *shard] {
      for (auto& connection : shard.connections) connection.close();
      shard.timer.cancel();
    });
    shard->thread.join();
  }
}

}  // namespace http
