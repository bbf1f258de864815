#pragma once
// A request that a test makes up and the response to it, without a connection.
#include <functional>
#include <utility>
#include <vector>

#include "http/exchange.h"

namespace http::testing {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A request's body and how it arrives.
struct Script {
  std::string body;
  // What the first read gives at most, the second, and so on, then from the start again; none: as much as is asked for.
  std::vector<size_t> pieces;
  // Takes the place of the end.
  std::optional<base::Error> failure;
  std::function<void()> before_read;
};

// As much of the body is given as the headers declare, as a connection does it: none without Content-Length and
// Transfer-Encoding, and the error `closed` where less is there than was said. **Threads** One at a time.
class FakeExchange final : public Exchange {
 public:
  FakeExchange(std::string_view method, std::string_view target, const Headers& headers = {}, Script script = {});
  explicit FakeExchange(RequestHead head, Script script = {});

  const RequestHead& head() const override { return head_; }
  const Peer& peer() const override { return peer_; }
  void add_field(std::string_view name, std::string_view value) override { head_.add_field(name, value); }
  std::optional<uint64_t> content_length() const override;
  base::Task<base::Result<size_t>> read(std::span<char> into) override;
  base::Task<base::Result<>> respond(int status, const HeaderList& headers, std::string_view body) override;
  void start(int status, const HeaderList& headers, uint64_t length_bytes) override;
  base::Task<base::Result<>> write(std::span<const char> data) override;
  void start_unsized(int status, const HeaderList& headers) override;
  base::Task<base::Result<>> finish() override;
  int status() const override { return status_; }
  uint64_t bytes_sent() const override { return response_body_.size(); }
  uint64_t bytes_received() const override { return given_; }

  // Whether the body was asked for.
  bool was_read() const { return reads_ > 0; }
  const HeaderList& response_headers() const { return response_headers_; }
  const std::string& response_body() const { return response_body_; }
  // Whether the response's length was not said at its start, and whether it was ended.
  bool was_unsized() const { return unsized_; }
  bool was_finished() const { return finished_; }
  // From here on nothing can be sent: the client went away.
  void hang_up() { hung_up_ = true; }

 private:
  RequestHead head_;
  Script script_;
  Peer peer_{"192.0.2.1", false};
  size_t given_ = 0, reads_ = 0;
  int status_ = 0;
  HeaderList response_headers_;
  std::string response_body_;
  bool hung_up_ = false, unsized_ = false, finished_ = false;
};

}  // namespace http::testing
