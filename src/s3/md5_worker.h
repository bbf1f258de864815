#pragma once
// MD5 of large bodies, of all uploads at once.
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>

#include "base/offload.h"
#include "crypto/md5_lanes.h"

namespace s3 {

// Hashes each upload in a lane: two take little longer than one, sixteen hardly longer than two. So one thread of the pool is at work,
// and another only where there are more uploads than lanes.
// **Threads** Any. **Lifetime** The destructor blocks until all updates are done.
class Md5Worker {
 public:
  explicit Md5Worker(base::ThreadPool& pool) : pool_(pool) {}
  ~Md5Worker();
  Md5Worker(const Md5Worker&) = delete;

  // Takes the next piece into the stream, then calls `done`, on any thread. Stream and data must stay until then.
  void update(crypto::Md5Stream& stream, std::string_view data, std::move_only_function<void()> done) noexcept;

 private:
  struct Job {
    crypto::Md5Lane lane;
    size_t blocks;
    std::move_only_function<void()> done;
  };
  // What is being hashed now, one job a lane.
  struct Running {
    Job jobs[crypto::md5_most_lanes];
    size_t count = 0;
    void advance();
    void take_out(size_t i);
  };

  bool enqueue(Job& job);
  bool start_working();
  void run();
  bool admit(Running& running);

  base::ThreadPool& pool_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<Job> arrived_;
  size_t working_ = 0;  // threads
};

}  // namespace s3
