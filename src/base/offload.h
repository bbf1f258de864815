#pragma once
// Blocking work on a bounded pool of threads, awaited by tasks.
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "base/task.h"

namespace base {

// A fixed number of threads for calls that block: disk reads, syncs, long hashing.
// **Threads** Every member may be called from any thread. **Lifetime** The destructor runs what is queued, then joins.
class ThreadPool {
 public:
  ThreadPool(std::string name, unsigned threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;

  // **Requires** the work does not throw.
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

// The error that stands for an exception of a piece of work: unavailable, since it is lack of memory if it is no bug. To be
// called while the exception is handled.
Error error_of_exception(std::string_view where);

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

// Runs `work` on the pool and returns what it returns, back on the task's own thread. T must be movable and not void. What
// the work throws becomes an error (unavailable) where T is a Result; else the task throws it.
template <class Work>
auto offload(ThreadPool& pool, Work work) -> Task<decltype(work())> {
  using T = decltype(work());
  using Outcome = std::expected<T, std::exception_ptr>;
  auto caught = [&work]() -> Outcome {
    try {
      return Outcome(std::in_place, work());
    } catch (...) {
      if constexpr (is_result<T>) return Outcome(std::in_place, std::unexpected(error_of_exception("work on a pool")));
      return std::unexpected(std::current_exception());
    }
  };
  auto outcome = co_await suspend<Outcome>([&pool, &caught](auto resume) {
    pool.post([&caught, resume = std::move(resume)]() mutable { resume(caught()); });
  });
  if (!outcome) std::rethrow_exception(outcome.error());
  co_return *std::move(outcome);
}

}  // namespace base
