// Work beside a task: what it returns, and what becomes of its exceptions.
#include "base/offload.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

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

Task<Result<>> run_beside(ThreadPool& pool, std::latch& both) {
  Background background(pool);
  auto meet = [&]() -> Result<> { return both.arrive_and_wait(), Result<>(); };  // ends only where the other runs too
  background.start(meet);
  background.start(meet);
  co_return co_await background.join();
}

TEST(Background, StepsRunBesideEachOther) {
  ThreadPool pool("test", 2);
  std::latch both(2);
  EXPECT_TRUE(run_task(run_beside(pool, both)));
}

Task<Result<>> run_with_others(ThreadPool& pool, std::vector<Result<>>& joined) {
  Background background(pool);
  std::jthread other;
  background.start([]() -> Result<> { return fail(Errc::no_space, ""); });
  joined.push_back(co_await background.join());
  background.begin();
  background.start([]() -> Result<> { return fail(Errc::io, ""); });
  background.start([]() -> Result<> { return {}; });
  other = std::jthread([&] { background.end(); });
  joined.push_back(co_await background.join());
  co_return co_await background.join();
}

TEST(Background, JoinWaitsForAllAndGivesTheErrorOnce) {
  ThreadPool pool("test", 1);
  std::vector<Result<>> joined;
  EXPECT_TRUE(run_task(run_with_others(pool, joined)));
  ASSERT_EQ(joined.size(), 2u);
  EXPECT_EQ(joined[0].error().kind, Errc::no_space);
  EXPECT_EQ(joined[1].error().kind, Errc::io);
}

}  // namespace
}  // namespace base
