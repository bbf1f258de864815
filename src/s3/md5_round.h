#pragma once
// MD5 of small bodies, of many requests at once.
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "crypto/md5_lanes.h"

namespace s3 {

// The bodies that become ready in one round of a loop, hashed in sets of as many as there may be lanes, those of like lengths together.
// Once a task waits nothing is allocated for it, so that none is lost for lack of memory.
// **Threads** One loop's. **Lifetime** Outlives that loop's run.
class Md5Round {
 public:
  // Takes at most `crypto::md5_most_lanes` texts.
  using HashSet = void (*)(std::span<const std::string_view> texts, std::span<crypto::Md5> digests) noexcept;
  explicit Md5Round(HashSet hash_set = crypto::md5_of_each) : hash_set_(hash_set) {}
  Md5Round(const Md5Round&) = delete;

  // `bytes` must stay as they are until the task goes on.
  base::Task<crypto::Md5> md5(std::string_view bytes);

 private:
  struct Waiting {
    std::string_view bytes;
    std::move_only_function<void(crypto::Md5)> resume;
  };
  void make_room();
  void run() noexcept;
  void finish(std::span<Waiting> set) noexcept;

  HashSet hash_set_;
  std::vector<Waiting> waiting_;
};

// In the round of the network thread that it is called on.
base::Task<crypto::Md5> md5_with_others(std::string_view bytes);

}  // namespace s3
