#pragma once
// One client connection: reads requests one after another and has each handled. Private to this module.
#include <chrono>
#include <optional>
#include <vector>

#include "http/parser.h"
#include "http/server.h"
#include "http/stream.h"

namespace http {

// What the connections of a server share.
struct ConnectionContext {
  const Handler& handler;
  const Refusal& refusal;
  const Limits& limits;
  const Certificates* certificates;
  ServerCounters& counters;
};

// **Threads** All members run on the thread of the socket. **Lifetime** Destroyed after `run` ended.
class Connection final : public Exchange {
 public:
  // The monotonic clock at the resolution of the kernel's tick, which is enough for deadlines and costs a tenth.
  struct Clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;
    static time_point now();
  };

  Connection(Socket socket, ConnectionContext context);

  // Serves until the client or a limit ends it.
  base::Task<> run();

  // Ends it when it waits for the peer and that is overdue; the shard calls this about once a second.
  void end_if_overdue(Clock::time_point now);
  // Ends it now if between requests, else after the response.
  void finish_up();
  void close() { stream_.close(); }

  // Exchange
  const RequestHead& head() const override { return parser_.head(); }
  const Peer& peer() const override { return peer_; }
  void add_field(std::string_view name, std::string_view value) override { parser_.add_field(name, value); }
  std::optional<uint64_t> content_length() const override { return parser_.content_length(); }
  base::Task<base::Result<size_t>> read(std::span<char> into) override;
  base::Task<base::Result<>> respond(int status, const HeaderList& headers, std::string_view body) override;
  void start(int status, const HeaderList& headers, uint64_t length_bytes) override;
  base::Task<base::Result<>> write(std::span<const char> data) override;
  void start_unsized(int status, const HeaderList& headers) override;
  base::Task<base::Result<>> finish() override;
  int status() const override { return status_; }
  uint64_t bytes_sent() const override { return sent_; }
  uint64_t bytes_received() const override { return received_; }

 private:
  base::Task<bool> set_up();
  base::Task<bool> read_head();
  base::Task<bool> serve_one();
  bool has_unknown_coding() const;
  base::Task<> refuse(int status);
  base::Task<base::Result<>> fill(size_t at_least_free);
  base::Task<base::Result<>> send_continue();
  base::Task<base::Result<>> send(std::span<const char> data);
  base::Task<base::Result<size_t>> read_sized(std::span<char> into);
  base::Task<base::Result<size_t>> read_chunked(std::span<char> into);
  base::Task<bool> drain_body();
  base::Task<> linger();
  void begin_request();
  void compose_head(int status, const HeaderList& headers, std::optional<uint64_t> length_bytes);
  base::Task<base::Result<>> send_chunk(std::span<const char> data);
  bool body_unread() const;
  bool will_drain() const;
  std::string_view buffered() const { return {in_.data() + in_begin_, in_end_ - in_begin_}; }
  void wait_at_most(std::chrono::seconds time) { deadline_ = Clock::now() + time; }
  void wait_for_body();
  void wait_no_more() { deadline_ = Clock::time_point::max(); }

  Peer peer_;  // read from the socket before the stream takes it
  Stream stream_;
  ConnectionContext context_;
  RequestParser parser_;
  Clock::time_point deadline_;  // of what the peer is waited for; a handler's own work has none
  bool idle_ = true, finishing_ = false;

  std::vector<char> in_;  // read from the socket, not yet used: [in_begin_, in_end_)
  size_t in_begin_ = 0, in_end_ = 0;

  // of the request at hand
  uint64_t body_left_ = 0;
  Clock::duration waited_for_body_{};
  bool continue_due_ = false, body_failed_ = false, keep_alive_ = true;
  uint64_t received_ = 0;
  // of its response
  int status_ = 0;
  uint64_t sent_ = 0, response_left_ = 0;
  bool head_request_ = false;
  bool unsized_ = false;  // its length was not said, and its end not sent
  std::string out_;  // the response's head, until it is sent
};

}  // namespace http
