// Drives its share of a stage's connections, all from one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bodies.h"
#include "chooser.h"
#include "options.h"
#include "request.h"
#include "response.h"
#include "socket.h"
#include "stage.h"
#include "statistics.h"
#include "target.h"

namespace s3load {

// What all workers of a run read.
struct Setup {
  const Options& options;
  const Target& target;
  const Bodies& bodies;
};

// **Threads**: one runs it; `result` may be read when run() has returned.
class Worker {
 public:
  // `id` differs from that of every other worker of the run.
  Worker(const Setup& setup, Stage& stage, int connections, uint64_t id);
  ~Worker();
  Worker(const Worker&) = delete;

  // Returns when the stage is over and every request that was begun has ended.
  void run();
  const Result& result() const { return result_; }

 private:
  struct Connection;

  // When to ask: at once, or at the stage's rate.
  bool paced() const { return rate_ > 0; }
  bool over(uint64_t now) const;
  int wait_ms(uint64_t now) const;
  void dispatch_due(uint64_t now);
  void next_request(Connection& c, uint64_t due_ns = 0);
  void wake_waiting(uint64_t now);
  void look_after(uint64_t now);

  // A request on its connection. Those that return bool say whether the request is over.
  void begin(Connection& c);
  void open(Connection& c);
  void on_event(Connection& c, uint32_t events);
  void send(Connection& c);
  bool receive(Connection& c);
  bool feed(Connection& c, std::string_view data);
  bool ended(Connection& c, const std::string& why);

  // How a request ended.
  void finish(Connection& c);
  void judge(Connection& c, uint64_t now);
  std::string verify(const Connection& c) const;
  void count(const Connection& c, uint64_t now);
  void lost(Connection& c, const std::string& why);
  void fail(Connection& c, const std::string& kind, const std::string& sample);
  void note_error(const Connection& c, const std::string& kind, const std::string& sample, uint64_t now);
  bool counted(const Connection& c, uint64_t now) const;

  const Options& options_;
  Stage& stage_;
  const double rate_;  // of this worker
  Random random_;
  Chooser chooser_;
  RequestBuilder builder_;
  std::vector<char> buffer_;
  Result result_;

  int epoll_ = -1;
  int active_ = 0;   // connections with a request that has not ended
  int waiting_ = 0;  // those of them that wait before they try again
  bool exhausted_ = false;
  double due_ns_ = 0;
  uint64_t last_look_ns_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  // paced only
};

}  // namespace s3load
