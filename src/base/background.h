#pragma once
// Ordered work beside a task: one piece at a time runs on a pool while the task goes on.
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <mutex>

#include "base/offload.h"
#include "base/result.h"

namespace base {

// A chain of blocking steps of which one may be running while its task does something else; the way to hash and store one
// buffer while the next one is read from the network.
// **Threads** Used by one task. **Lifetime** The destructor blocks until a running step has ended, so a step may refer to
// what outlives the chain.
class Background {
 public:
  explicit Background(ThreadPool& pool) : pool_(pool) {}
  ~Background();
  Background(const Background&) = delete;

  // Starts a step; what it throws is the error unavailable. **Requires** no step is running: `join` came back since the last start.
  void start(std::move_only_function<Result<>()> step);

  // Waits for the running step and returns its result; success at once when none runs.
  Task<Result<>> join();

 private:
  static Result<> run(std::move_only_function<Result<>()>& step);
  void finish(Result<> result);

  ThreadPool& pool_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool running_ = false;
  Result<> result_;
  std::move_only_function<void(Result<>)> waiter_;
};

}  // namespace base
