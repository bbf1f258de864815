#pragma once
// Blocking work on a bounded pool of threads, awaited by tasks.
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.h"

namespace base {

// A fixed number of threads for calls that block: disk reads, syncs, long hashing.
// **Threads** Every member may be called from any thread. **Lifetime** The destructor runs what is queued, then joins.
class ThreadPool {
 public:
  ThreadPool(std::string name, unsigned threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;

  void post(std::move_only_function<void()> work);
  // How many pieces of work are waiting for a thread.
  size_t queued() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline constexpr auto use_task = boost::asio::use_awaitable_t<Executor>{};

// Suspends the task and hands `start` a function that resumes it, on the task's own thread, with a value. The function may
// be called from any thread and must be called exactly once.
template <class T, class Start>
Task<T> suspend(Start start) {
  T value = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(T)>(
      [](auto handler, Start* start) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto work = boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
        (*start)([handler = std::move(handler), executor, work](T value) mutable {
          boost::asio::post(executor, [handler = std::move(handler), value = std::move(value)]() mutable {
            std::move(handler)(std::move(value));
          });
        });
      },
      use_task, &start);
  co_return value;
}

// Runs `work` on the pool and returns what it returns, back on the task's own thread. T must be movable and not void.
template <class Work>
auto offload(ThreadPool& pool, Work work) -> Task<decltype(work())> {
  using T = decltype(work());
  co_return co_await suspend<T>([&pool, &work](auto resume) {
    pool.post([&work, resume = std::move(resume)]() mutable { resume(work()); });
  });
}

}  // namespace base
