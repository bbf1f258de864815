#pragma once
// Runs a task to its end on the thread of a test.
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>

#include "base/task.h"

namespace base::testing {

// Returns what the task returns; throws what it throws. **Requires** the task ends by itself.
template <class T>
T run_task(Task<T> task) {
  thread_local boost::asio::io_context io{1};
  std::exception_ptr thrown;
  std::optional<T> out;
  auto into = [](Task<T> task, std::optional<T>& out) -> Task<> { out.emplace(co_await std::move(task)); };
  io.restart();
  boost::asio::co_spawn(io.get_executor(), into(std::move(task), out), [&](std::exception_ptr e) { thrown = e; });
  io.run();
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(out);
}

inline void run_task(Task<> task) {
  run_task([](Task<> task) -> Task<bool> { co_await std::move(task); co_return true; }(std::move(task)));
}

}  // namespace base::testing
