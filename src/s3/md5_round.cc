#include "s3/md5_round.h"

#include <vector>

#include "base/offload.h"

namespace s3 {

namespace {

constexpr size_t worth_waiting_bytes = 1024;  // less is hashed before others could come

struct Waiting {
  std::string_view bytes;
  std::move_only_function<void(crypto::Md5)> resume;
};

void hash(std::vector<Waiting> round) {
  std::vector<std::string_view> texts;
  for (auto& one : round) texts.push_back(one.bytes);
  std::vector<crypto::Md5> digests(texts.size());
  crypto::md5_of_each(texts, digests);
  for (size_t i = 0; i < round.size(); i++) round[i].resume(digests[i]);
}

}  // namespace

base::Task<crypto::Md5> md5_with_others(std::string_view bytes) {
  thread_local std::vector<Waiting> round;
  if (bytes.size() < worth_waiting_bytes) {
    crypto::Md5 digest;
    crypto::md5_of_each({&bytes, 1}, {&digest, 1});
    co_return digest;
  }
  // What is posted runs after all that was ready already.
  if (round.empty()) boost::asio::post(co_await boost::asio::this_coro::executor, [] { hash(std::exchange(round, {})); });
  co_return co_await base::suspend<crypto::Md5>([bytes](auto resume) { round.emplace_back(bytes, std::move(resume)); });
}

}  // namespace s3
