#include "base/background.h"

namespace base {

Background::~Background() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return !running_; });
}

void Background::begin() {
  std::lock_guard lock(mutex_);
  running_++;
}

void Background::start(std::move_only_function<Result<>()> step) {
  begin();
  try {
    pool_.post([this, step = std::move(step)]() mutable { finish(run(step)); });
  } catch (...) {
    finish(std::unexpected(error_of_exception("a step")));
  }
}

Result<> Background::run(std::move_only_function<Result<>()>& step) try {
  return step();
} catch (...) {
  return std::unexpected(error_of_exception("a step"));
}

void Background::finish(Result<> result) {
  std::unique_lock lock(mutex_);
  if (!result && result_) result_ = std::move(result);
  if (--running_) return;
  auto waiter = std::exchange(waiter_, nullptr);
  auto outcome = waiter ? std::exchange(result_, Result<>{}) : Result<>{};
  ended_.notify_all();  // under the lock: the destructor may free the condition as soon as it is released
  lock.unlock();
  if (waiter) waiter(std::move(outcome));
}

Task<Result<>> Background::join() {
  co_return co_await suspend<Result<>>([this](auto resume) {
    std::unique_lock lock(mutex_);
    if (running_) {
      waiter_ = std::move(resume);
      return;
    }
    auto result = std::exchange(result_, Result<>{});
    lock.unlock();
    resume(std::move(result));
  });
}

}  // namespace base
