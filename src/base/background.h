#pragma once
// Blocking work beside a task, on a pool.
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <mutex>

#include "base/offload.h"
#include "base/result.h"

namespace base {

// Steps that run while their task does something else; the way to hash and store one buffer while the next one is read from the
// network.
// **Threads** Used by one task. **Lifetime** The destructor blocks until all steps have ended, so a step may refer to what outlives
// this.
class Background {
 public:
  explicit Background(ThreadPool& pool) : pool_(pool) {}
  ~Background();
  Background(const Background&) = delete;

  // Starts a step on the pool, beside those that are running; what it throws is the error unavailable.
  void start(std::move_only_function<Result<>()> step);
  // Counts a step that somebody else does and that cannot fail, until `end`, which may be called on any thread.
  void begin();
  void end() { finish({}); }

  // Waits for all running steps. Returns the first error since the last time, or success.
  Task<Result<>> join();

 private:
  static Result<> run(std::move_only_function<Result<>()>& step);
  void finish(Result<> result);

  ThreadPool& pool_;
  std::mutex mutex_;
  std::condition_variable ended_;
  int running_ = 0;
  Result<> result_;
  std::move_only_function<void(Result<>)> waiter_;
};

}  // namespace base
