#include "s3/md5_round.h"

#include <algorithm>
#include <utility>

#include "base/offload.h"

namespace s3 {

static constexpr size_t worth_waiting_bytes = 1024;  // less is hashed before others could come

base::Task<crypto::Md5> Md5Round::md5(std::string_view bytes) {
  if (bytes.size() < worth_waiting_bytes) {
    crypto::Md5 digest;
    hash_set_({&bytes, 1}, {&digest, 1});
    co_return digest;
  }
  make_room();
  // What is posted runs after all that was ready already.
  if (waiting_.empty()) boost::asio::post(co_await boost::asio::this_coro::executor, [this] { run(); });
  // Not base::suspend, which posts: this is the task's own thread already.
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<base::Executor>, void(crypto::Md5)>(
      [this, bytes](auto resume) {
        static_assert(sizeof resume <= 2 * sizeof(void*) && std::is_nothrow_move_constructible_v<decltype(resume)>, "needs no memory of its own");
        waiting_.emplace_back(bytes, std::move(resume));
      },
      base::use_task);
}

// Before the task waits: it can still be told that there is no memory.
void Md5Round::make_room() {
  if (waiting_.size() == waiting_.capacity()) waiting_.reserve(std::max(crypto::md5_most_lanes, 2 * waiting_.size()));
}

// Who comes while the tasks go on waits for the next round.
void Md5Round::run() noexcept {
  auto round = std::exchange(waiting_, {});
  std::ranges::sort(round, {}, [](auto& one) { return one.bytes.size(); });
  for (std::span rest(round); !rest.empty(); rest = rest.subspan(std::min(rest.size(), crypto::md5_most_lanes)))
    finish(rest.first(std::min(rest.size(), crypto::md5_most_lanes)));
}

void Md5Round::finish(std::span<Waiting> set) noexcept {
  std::string_view texts[crypto::md5_most_lanes];
  crypto::Md5 digests[crypto::md5_most_lanes];
  std::ranges::transform(set, texts, &Waiting::bytes);
  hash_set_({texts, set.size()}, {digests, set.size()});
  for (size_t i = 0; i < set.size(); i++) try {
      set[i].resume(digests[i]);
    } catch (...) {
      // Its own task's end only. Saying so could fail, too.
    }
}

base::Task<crypto::Md5> md5_with_others(std::string_view bytes) {
  thread_local Md5Round round;
  return round.md5(bytes);
}

}  // namespace s3
