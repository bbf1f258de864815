#include "worker.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

namespace s3load {
namespace {

using std::string;

constexpr size_t buffer_size = 256 << 10;
constexpr uint64_t look_after_every_ns = 250'000'000;

string describe(const Request& r) { return string(op_name(r.op)) + " " + r.key; }

}  // namespace

struct Worker::Connection {
  enum class State { closed, waiting, connecting, idle, busy };

  Connection(const Target& target, int epoll, bool verify) : socket(target, epoll), response(verify) {}

  State state = State::closed;
  Socket socket;
  Request request;
  Response response;
  bool fresh = true;      // nothing has been answered on this socket yet
  bool retried = false;   // this request was
  int failures = 0;       // in a row
  uint64_t retry_at_ns = 0, start_ns = 0, first_byte_ns = 0;

  bool in_flight() const { return state == State::connecting || state == State::busy; }
  void drop() {
    socket.close();
    state = State::closed;
  }
};

Worker::Worker(const Setup& setup, Stage& stage, int connections, uint64_t id)
    : options_(setup.options),
      stage_(stage),
      rate_(stage.rate * connections / std::max(1, stage.connections)),
      random_{id * 0x9E3779B97F4A7C15ULL + 1},
      chooser_(setup.options, setup.bodies, stage, id),
      builder_(setup.options, setup.target.host_header()),
      buffer_(buffer_size),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  for (int i = 0; i < connections; i++)
    connections_.push_back(std::make_unique<Connection>(setup.target, epoll_, setup.options.verify));
}

Worker::~Worker() {
  connections_.clear();
  close(epoll_);
}

void Worker::run() {
  due_ns_ = static_cast<double>(stage_.start_ns);
  last_look_ns_ = stage_.start_ns;
  for (auto& c : connections_) paced() ? idle_.push_back(c.get()) : next_request(*c);
  std::vector<epoll_event> events(connections_.size() + 1);
  for (;;) {
    uint64_t now = now_ns();
    if (paced()) dispatch_due(now);
    if (over(now)) break;
    int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms(now));
    for (int i = 0; i < count; i++) on_event(*static_cast<Connection*>(events[static_cast<size_t>(i)].data.ptr), events[static_cast<size_t>(i)].events);
    now = now_ns();
    if (waiting_) wake_waiting(now);
    if (now - last_look_ns_ > look_after_every_ns) look_after(now);
  }
  for (auto& c : connections_) c->drop();
}

bool Worker::over(uint64_t now) const { return active_ == 0 && (!paced() || exhausted_ || now >= stage_.end_ns); }

// A pace is kept by polling in the last millisecond.
int Worker::wait_ms(uint64_t now) const {
  if (paced()) return due_ns_ - static_cast<double>(now) < 1e6 ? 0 : 1;
  return waiting_ ? 1 : 250;
}

void Worker::dispatch_due(uint64_t now) {
  while (!idle_.empty() && due_ns_ <= static_cast<double>(now) && now < stage_.end_ns && !exhausted_) {
    Connection& c = *idle_.back();
    idle_.pop_back();
    next_request(c, static_cast<uint64_t>(due_ns_));
    due_ns_ += 1e9 / rate_;
  }
}

void Worker::next_request(Connection& c, uint64_t due_ns) {
  uint64_t now = now_ns();
  if (now >= stage_.end_ns || !chooser_.choose(c.request, random_)) {
    exhausted_ = true;
    c.drop();
    return;
  }
  builder_.build(c.request, random_);
  c.start_ns = due_ns ? due_ns : now;
  c.retried = false;
  active_++;
  begin(c);
}

void Worker::wake_waiting(uint64_t now) {
  for (auto& c : connections_) {
    if (c->state != Connection::State::waiting || (c->retry_at_ns > now && now < stage_.end_ns)) continue;
    waiting_--;
    active_--;
    c->state = Connection::State::closed;
    paced() ? idle_.push_back(c.get()) : next_request(*c);
  }
}

void Worker::look_after(uint64_t now) {
  last_look_ns_ = now;
  builder_.refresh();
  for (auto& c : connections_)
    if (c->in_flight() && static_cast<double>(now - std::min(now, c->start_ns)) > options_.timeout_s * 1e9)
      fail(*c, "timeout", "no answer in time: " + describe(c->request));
}

// --- a request on its connection

void Worker::begin(Connection& c) {
  c.request.out_at = 0;
  c.request.continued = false;
  c.first_byte_ns = 0;
  c.response.reset(c.request);
  if (!c.socket.is_open()) return open(c);
  c.state = Connection::State::busy;
  send(c);
}

void Worker::open(Connection& c) {
  c.fresh = true;
  c.state = Connection::State::connecting;
  if (!c.socket.open(&c)) fail(c, c.socket.failed_step(), c.socket.why());
}

void Worker::on_event(Connection& c, uint32_t events) {
  switch (c.state) {
    case Connection::State::connecting: {
      auto progress = c.socket.connect_on(events);
      if (progress == Socket::Progress::failed) return fail(c, c.socket.failed_step(), c.socket.why());
      if (progress == Socket::Progress::waiting) return;
      c.state = Connection::State::busy;
      return send(c);
    }
    case Connection::State::busy:
      if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && receive(c)) return;
      if (events & EPOLLOUT) send(c);
      return;
    case Connection::State::idle:  // paced only: the server closed a connection that had nothing to do
      c.drop();
      result_.reconnects++;
      return;
    default: return;
  }
}

void Worker::send(Connection& c) {
  Request& r = c.request;
  while (r.out_at < r.sendable()) {
    auto moved = c.socket.send(std::span(r.out).subspan(r.out_at, r.sendable() - r.out_at), buffer_);
    if (moved.kind == Socket::Moved::Kind::wait) return;
    if (moved.kind != Socket::Moved::Kind::bytes) {
      // The server may have answered (403, say) before it stopped reading: look before giving up.
      if (!receive(c)) lost(c, moved.why.empty() ? "connection closed by the server" : moved.why);
      return;
    }
    r.sent(moved.bytes);
  }
  c.socket.watch_writes(false);
}

bool Worker::receive(Connection& c) {
  for (;;) {
    uint64_t skippable = options_.discard && !c.socket.is_tls() ? c.response.skippable() : 0;
    bool skip = skippable > buffer_.size();
    auto moved = skip ? c.socket.discard(skippable) : c.socket.receive(buffer_);
    switch (moved.kind) {
      case Socket::Moved::Kind::wait: return false;
      case Socket::Moved::Kind::end: return ended(c, "connection closed by the server");
      case Socket::Moved::Kind::error: return ended(c, moved.why);
      case Socket::Moved::Kind::bytes: break;
    }
    if (!c.first_byte_ns) c.first_byte_ns = now_ns();
    if (!skip) {
      if (feed(c, std::string_view(buffer_.data(), moved.bytes))) return true;
      bool drained = !c.socket.is_tls() && moved.bytes < buffer_.size();
      if (drained) return false;
    } else if (c.response.skip(moved.bytes) == Response::Progress::complete) {
      finish(c);
      return true;
    }
  }
}

bool Worker::feed(Connection& c, std::string_view data) {
  for (;;) {
    switch (c.response.feed(data)) {
      case Response::Progress::complete: finish(c); return true;
      case Response::Progress::malformed: fail(c, "bad_response", c.response.what()); return true;
      case Response::Progress::more: return false;
      case Response::Progress::interim:
        c.request.continued = true;
        c.socket.watch_writes(true);  // the held-back rest goes out with the next event
        if (data.empty()) return false;
    }
  }
}

bool Worker::ended(Connection& c, const string& why) {
  c.response.ends_with_connection() ? finish(c) : lost(c, why);
  return true;
}

// --- how a request ended

void Worker::finish(Connection& c) {
  judge(c, now_ns());
  active_--;
  c.fresh = false;
  c.failures = 0;
  if (c.response.close_after() || !c.request.all_sent() || !options_.keepalive) c.drop();
  if (!paced()) return next_request(c);
  if (c.socket.is_open()) c.state = Connection::State::idle;
  idle_.push_back(&c);
}

void Worker::judge(Connection& c, uint64_t now) {
  const Request& r = c.request;
  const Response& answer = c.response;
  bool bucket_exists = r.op == Op::create_bucket && answer.status() == 409 && answer.error_body().contains("BucketAlready");
  if (!answer.ok() && !bucket_exists) {
    string sample = describe(r) + " -> " + std::to_string(answer.status()) + " " + answer.error_body().substr(0, 300);
    return note_error(c, answer.error_kind(), sample, now);
  }
  string wrong = options_.verify ? verify(c) : "";
  wrong.empty() ? count(c, now) : note_error(c, "verify", describe(r) + ": " + wrong, now);
  if (r.op == Op::put) chooser_.was_written(r.key);
}

string Worker::verify(const Connection& c) const {
  const Request& r = c.request;
  const Response& answer = c.response;
  if (r.op == Op::put && !answer.etag().contains(r.body->md5)) return "ETag " + answer.etag() + " is not the MD5 " + r.body->md5;
  if (r.op != Op::get && r.op != Op::range) return {};
  if (!answer.differs() && answer.body_bytes() == r.expect_size) return {};
  return "got " + std::to_string(answer.body_bytes()) + " bytes of " + std::to_string(r.expect_size) +
         (answer.differs() ? ", contents differ" : "");
}

void Worker::count(const Connection& c, uint64_t now) {
  if (!counted(c, now)) return;
  OpResult& op = result_.per_op[c.request.op];
  op.ops++;
  op.bytes += c.request.op == Op::put ? c.request.body->size() : c.response.body_bytes();
  op.latency.add(now - c.start_ns);
  if (c.first_byte_ns > c.start_ns) op.first_byte.add(c.first_byte_ns - c.start_ns);
  if (!options_.timeline) return;
  size_t second = (now - stage_.count_from_ns) / 1'000'000'000;
  if (result_.timeline.size() <= second) result_.timeline.resize(second + 1);
  result_.timeline[second]++;
}

// The other side went away in mid-request. On a used keep-alive connection that is a race every client must expect: one
// retry on a new connection. Otherwise it is an error.
void Worker::lost(Connection& c, const string& why) {
  if (c.fresh || c.retried || !c.response.untouched()) return fail(c, "closed", why + ": " + describe(c.request));
  result_.reconnects++;
  c.drop();
  c.retried = true;
  builder_.rewind(c.request);
  begin(c);
}

void Worker::fail(Connection& c, const string& kind, const string& sample) {
  note_error(c, kind, sample, now_ns());
  c.drop();
  c.retry_at_ns = now_ns() + (uint64_t{1'000'000} << std::min(c.failures++, 7));  // 1 to 128 ms
  c.state = Connection::State::waiting;  // and still active: it has work to come
  waiting_++;
}

void Worker::note_error(const Connection& c, const string& kind, const string& sample, uint64_t now) {
  if (counted(c, now)) result_.add_error(c.request.op, kind, sample);
}

bool Worker::counted(const Connection& c, uint64_t now) const { return c.start_ns >= stage_.count_from_ns && now <= stage_.end_ns; }

}  // namespace s3load
