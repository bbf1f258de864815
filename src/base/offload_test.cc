// Work beside a task: what it returns, and what becomes of its exceptions.
#include "base/offload.h"

#include <gtest/gtest.h>

#include "base/background.h"
#include "base/testing/run_task.h"

namespace base {
namespace {

using testing::run_task;

Task<Result<>> run_step(ThreadPool& pool, std::move_only_function<Result<>()> step) {
  Background background(pool);
  background.start(std::move(step));
  co_return co_await background.join();
}

TEST(Offload, ReturnsWhatTheWorkReturns) {
  ThreadPool pool("test", 1);
  EXPECT_EQ(run_task(offload(pool, [] { return 7; })), 7);
  EXPECT_EQ(run_task(offload(pool, []() -> Result<int> { return 8; })).value(), 8);
  EXPECT_EQ(run_task(offload(pool, []() -> Result<> { return fail(Errc::no_space, ""); })).error().kind, Errc::no_space);
}

TEST(Offload, AnExceptionIsAnErrorWhereThereIsAResult) {
  ThreadPool pool("test", 1);
  EXPECT_EQ(run_task(offload(pool, []() -> Result<> { throw std::bad_alloc(); })).error().kind, Errc::unavailable);
  EXPECT_EQ(run_task(offload(pool, []() -> Result<int> { throw 1; })).error().kind, Errc::unavailable);
}

TEST(Offload, AnExceptionElseIsTheTasks) {
  ThreadPool pool("test", 1);
  EXPECT_THROW(run_task(offload(pool, []() -> int { throw std::bad_alloc(); })), std::bad_alloc);
}

TEST(Background, AnExceptionIsAnError) {
  ThreadPool pool("test", 1);
  EXPECT_EQ(run_task(run_step(pool, []() -> Result<> { throw std::bad_alloc(); })).error().kind, Errc::unavailable);
  EXPECT_TRUE(run_task(run_step(pool, []() -> Result<> { return {}; })));
}

}  // namespace
}  // namespace base
