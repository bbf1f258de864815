#include "http/connection.h"

#include <charconv>
#include <cstring>
#include <ctime>

#include "base/log.h"

namespace http {

using base::Errc;
using base::Result;
using base::Task;

static constexpr size_t first_buffer_bytes = 4096;
static constexpr size_t body_buffer_bytes = 8192;
static constexpr uint64_t drain_limit_bytes = 1 << 20;  // an unread body up to this is read and dropped to keep the connection

Connection::Clock::time_point Connection::Clock::now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

static std::string remote_address(const Socket& socket) {
  boost::system::error_code error;
  auto remote = socket.remote_endpoint(error);
  return error ? "" : remote.address().to_string();
}

Connection::Connection(Socket socket, ConnectionContext context)
    : peer_{remote_address(socket), false},
      stream_(std::move(socket)),
      context_(context),
      parser_(context.limits.header_bytes) {
  wait_at_most(context_.limits.head);
}

Task<> Connection::run() {
  if (co_await set_up())
    while (co_await serve_one()) {}
  stream_.close();
}

Task<bool> Connection::set_up() {
  auto tls = co_await stream_.begins_with_tls();
  if (!tls) co_return false;
  if (!*tls) co_return true;
  if (!context_.certificates) co_return false;
  peer_.tls = true;
  co_return (co_await stream_.handshake(context_.certificates->context())).has_value();
}

void Connection::begin_request() {
  parser_.reset();
  body_left_ = received_ = sent_ = response_left_ = 0;
  waited_for_body_ = {};
  continue_due_ = body_failed_ = head_request_ = unsized_ = false;
  status_ = 0;
  out_.clear();
}

// Reads more into the buffer, growing it to hold at least `at_least_free` more bytes. **Errors** closed, also at the end.
Task<Result<>> Connection::fill(size_t at_least_free) {
  if (in_begin_ == in_end_) in_begin_ = in_end_ = 0;
  if (in_.size() - in_end_ < at_least_free && in_begin_) {
    std::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
    in_end_ -= std::exchange(in_begin_, 0);
  }
  if (in_.size() - in_end_ < at_least_free) in_.resize(std::max(in_.size() * 2, in_end_ + at_least_free));
  CO_TRY(count, co_await stream_.read_some(std::span(in_).subspan(in_end_)));
  if (!count) co_return base::fail(Errc::closed, "end of stream");
  in_end_ += count;
  // Who sends bodies right behind their heads gets a buffer for both; who only asks for things does without.
  if (in_end_ == in_.size() && in_.size() < body_buffer_bytes) in_.resize(body_buffer_bytes);
  co_return Result<>();
}

// False: there is no further request on this connection.
Task<bool> Connection::read_head() {
  begin_request();
  wait_at_most(context_.limits.idle);
  idle_ = buffered().empty();
  for (bool first = true;; first = false) {
    if (!buffered().empty()) {
      if (std::exchange(idle_, false) || first) wait_at_most(context_.limits.head);
      auto taken = parser_.feed_head(buffered());
      if (!taken) {
        co_await refuse(taken.error().kind == Errc::too_large ? 431 : 400);
        co_return false;
      }
      in_begin_ += *taken;
      if (parser_.head_done() && has_unknown_coding()) {
        co_await refuse(501);
        co_return false;
      }
      if (parser_.head_done()) co_return true;
      if (buffered().size() > context_.limits.header_bytes) {
        co_await refuse(431);
        co_return false;
      }
    }
    if (finishing_ || !co_await fill(first_buffer_bytes / 4)) co_return false;
  }
}

// Where the body ends is known only for "chunked" alone (RFC 9112, section 6.1).
bool Connection::has_unknown_coding() const {
  return head().find("Transfer-Encoding") && (head().count("Transfer-Encoding") > 1 || !equal_ignoring_case(*head().find("Transfer-Encoding"), "chunked"));
}

Task<> Connection::refuse(int status) {
  context_.counters.requests_malformed++;
  keep_alive_ = false;
  HeaderList headers;
  headers.add("Content-Type", "application/xml");
  co_await respond(status, headers, context_.refusal(status));
  co_await linger();
}

Task<bool> Connection::serve_one() {
  if (!co_await read_head()) co_return false;
  keep_alive_ = parser_.keep_alive();
  head_request_ = head().method() == "HEAD";
  body_left_ = parser_.content_length().value_or(0);
  continue_due_ = head().has_token("Expect", "100-continue") && head().version() >= 11;
  wait_no_more();
  try {
    co_await context_.handler(*this);
  } catch (const std::exception& e) {
    base::log::error("a handler threw", {{"what", e.what()}, {"method", head().method()}});
    co_return false;
  }
  if (!out_.empty() && !co_await send({})) co_return false;  // a response without a body
  if (!status_ || (response_left_ && !head_request_) || unsized_) co_return false;  // cut off: the client must see that
  if (body_unread() && keep_alive_) keep_alive_ = co_await drain_body();
  if (!keep_alive_ || finishing_) co_await linger();
  co_return keep_alive_ && !finishing_;
}

bool Connection::body_unread() const {
  return body_left_ || (!parser_.content_length() && !parser_.chunked_done());
}

// Whether what is left of the request's body is worth reading to keep the connection.
bool Connection::will_drain() const {
  return !body_failed_ && !continue_due_ && body_left_ <= drain_limit_bytes;
}

Task<bool> Connection::drain_body() {
  char waste[16384];
  for (uint64_t total = 0; body_unread() && total <= drain_limit_bytes;) {
    auto count = co_await read(waste);
    if (!count) co_return false;
    if (!*count) co_return true;
    total += *count;
  }
  co_return !body_unread();
}

// Closing while the client still sends would reset the connection and may lose the response on its way; so this end is
// closed first, and what still comes is dropped for a moment.
Task<> Connection::linger() {
  stream_.shutdown_write();
  wait_at_most(std::chrono::seconds(2));
  char waste[16384];
  for (uint64_t total = 0; total < (64u << 20);) {
    auto count = co_await stream_.read_some(waste);
    if (!count || !*count) co_return;
    total += *count;
  }
}

void Connection::end_if_overdue(Clock::time_point now) {
  if (now > deadline_) stream_.close();
}

void Connection::finish_up() {
  finishing_ = true;
  if (idle_) stream_.close();
}

// Each byte gives its sender more time, but not much.
void Connection::wait_for_body() {
  auto& limits = context_.limits;
  auto earned = std::chrono::seconds(received_ / std::max<uint64_t>(1, limits.slowest_body));
  wait_at_most(limits.stalled);
  deadline_ = std::min(deadline_, Clock::now() + limits.stalled + earned - waited_for_body_);
}

Task<Result<>> Connection::send_continue() {
  continue_due_ = false;
  if (!buffered().empty()) co_return Result<>();  // the client did not wait
  static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  co_return co_await stream_.write(text);
}

Task<Result<size_t>> Connection::read(std::span<char> into) {
  if (!body_unread()) co_return size_t(0);
  wait_for_body();
  auto began = Clock::now();
  if (continue_due_) CO_TRY_VOID(co_await send_continue());
  auto count = parser_.content_length() ? co_await read_sized(into) : co_await read_chunked(into);
  waited_for_body_ += Clock::now() - began;
  wait_no_more();
  if (count)
    received_ += *count;
  else
    body_failed_ = true;
  co_return count;
}

Task<Result<size_t>> Connection::read_sized(std::span<char> into) {
  into = into.first(std::min<uint64_t>(into.size(), body_left_));
  size_t count = std::min(into.size(), buffered().size());
  if (count) {
    std::memcpy(into.data(), buffered().data(), count);
    in_begin_ += count;
  } else {
    CO_TRY(read, co_await stream_.read_some(into));  // large bodies go to where they are wanted without a copy
    if (!read) co_return base::fail(Errc::closed, "the body ended early");
    count = read;
  }
  body_left_ -= count;
  co_return count;
}

Task<Result<size_t>> Connection::read_chunked(std::span<char> into) {
  for (;;) {
    CO_TRY(decoded, parser_.feed_chunked(buffered(), into));
    in_begin_ += decoded.taken;
    if (decoded.produced || parser_.chunked_done()) co_return decoded.produced;
    if (buffered().size() > context_.limits.header_bytes) co_return base::fail(Errc::invalid, "an endless chunk header");
    CO_TRY_VOID(co_await fill(16384));
  }
}

// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second on each thread.
static std::string_view http_date() {
  thread_local std::time_t made_at = 0;
  thread_local char text[40];
  std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_at = now;
  }
  return text;
}

// Without a length the body is chunked, or, for a client that knows no chunks, ends with the connection.
void Connection::compose_head(int status, const HeaderList& headers, std::optional<uint64_t> length_bytes) {
  status_ = status;
  bool no_body = status < 200 || status == 204 || status == 304;
  response_left_ = no_body || head_request_ ? 0 : length_bytes.value_or(0);
  if (!length_bytes && head().version() < 11) keep_alive_ = false;
  if (body_unread() && !will_drain()) keep_alive_ = false;
  out_ = "HTTP/1.1 ";
  out_ += std::to_string(status);
  out_ += ' ';
  out_ += reason_phrase(status);
  out_ += "\r\n";
  out_ += headers.bytes();
  out_ += "Date: ";
  out_ += http_date();
  out_ += "\r\nServer: Cumulet\r\n";
  if (!keep_alive_ || finishing_)
    out_ += "Connection: close\r\n";
  else if (head().version() < 11)
    out_ += "Connection: keep-alive\r\n";
  if (!length_bytes) {
    if (head().version() >= 11) out_ += "Transfer-Encoding: chunked\r\n";
  } else if (!no_body && !(head_request_ && headers.find("Content-Length"))) {
    out_ += "Content-Length: ";
    out_ += std::to_string(*length_bytes);
    out_ += "\r\n";
  }
  out_ += "\r\n";
}

Task<Result<>> Connection::respond(int status, const HeaderList& headers, std::string_view body) {
  start(status, headers, body.size());
  return write(response_left_ ? body : std::string_view());
}

void Connection::start(int status, const HeaderList& headers, uint64_t length_bytes) { compose_head(status, headers, length_bytes); }

// The response's head, where it was not sent yet, and the data.
Task<Result<>> Connection::send(std::span<const char> data) {
  wait_at_most(context_.limits.stalled);
  auto sent = co_await stream_.write(out_, data);
  wait_no_more();
  if (sent) out_.clear();
  co_return sent;
}

void Connection::start_unsized(int status, const HeaderList& headers) {
  compose_head(status, headers, std::nullopt);
  unsized_ = true;
}

// Copies the data: what has no length is small.
Task<Result<>> Connection::send_chunk(std::span<const char> data) {
  if (head().version() < 11) co_return co_await send(data);
  char size[16];
  out_.append(size, std::to_chars(size, size + sizeof size, data.size(), 16).ptr);
  out_ += "\r\n";
  out_.append(data.data(), data.size());
  out_ += "\r\n";
  co_return co_await send({});
}

// An empty chunk is the end.
Task<Result<>> Connection::finish() {
  if (head().version() >= 11) CO_TRY_VOID(co_await send_chunk({}));
  unsized_ = false;
  co_return Result<>();
}

Task<Result<>> Connection::write(std::span<const char> data) {
  if (unsized_ && data.empty()) co_return Result<>();
  CO_TRY_VOID(unsized_ ? co_await send_chunk(data) : co_await send(data));
  sent_ += data.size();
  response_left_ -= std::min<uint64_t>(response_left_, data.size());
  co_return Result<>();
}

}  // namespace http
