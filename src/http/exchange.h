#pragma once
// One request and its response, as a handler sees them.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "http/head.h"

namespace http {

// Where bytes of a body come from.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Writes at least one byte to `into` and returns how many; 0 once at the end of the body, and only there.
  // **Requires** `into` is not empty. **Errors** closed, timeout, invalid: the body did not arrive whole.
  virtual base::Task<base::Result<size_t>> read(std::span<char> into) = 0;
};

struct Peer {
  std::string address;  // numeric, without the port
  bool tls = false;
};

// **Threads** Used by the one task that handles the request. **Lifetime** Valid until that task ends.
class Exchange : public BodySource {
 public:
  virtual const RequestHead& head() const = 0;
  virtual const Peer& peer() const = 0;
  // Adds a field to the head, as if the client had sent it there. Views of the head taken before are not valid any more.
  virtual void add_field(std::string_view name, std::string_view value) = 0;

  // The body's declared length; nothing where the body is chunked. 0 without a body.
  virtual std::optional<uint64_t> content_length() const = 0;

  // Sends the whole response. Content-Length, Date, Server and Connection are added. A HEAD request gets no body, but the
  // length of `body`, unless `headers` hold a Content-Length already. 1xx, 204 and 304 have neither.
  virtual base::Task<base::Result<>> respond(int status, const HeaderList& headers, std::string_view body) = 0;

  // The same in pieces: `start` once, with the length of the body, then `write` until all of it was given. Nothing may be
  // sent until the first write, or the end of the task.
  virtual void start(int status, const HeaderList& headers, uint64_t length_bytes) = 0;
  virtual base::Task<base::Result<>> write(std::span<const char> data) = 0;

  // The same where the length is not known yet: each `write` sends what it is given at once, and `finish` ends the body. A client that
  // does not see the end knows that the response was cut off. Not for a HEAD.
  virtual void start_unsized(int status, const HeaderList& headers) = 0;
  virtual base::Task<base::Result<>> finish() = 0;

  // What was sent so far, for the access log. Status 0: nothing yet.
  virtual int status() const = 0;
  virtual uint64_t bytes_sent() const = 0;
  virtual uint64_t bytes_received() const = 0;
};

}  // namespace http
