#pragma once
// Erases, in the background, what nothing needs any more: blobs without a reference, records of uploads that were completed long
// ago, uploads of deleted buckets.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "blob/store.h"
#include "meta/store.h"
#include "s3/blob_leases.h"

namespace s3 {

// Blobs are queued under garbage_key in the batch that stops naming them, so a crash loses no entry. One thread takes them, from
// one partition after another; what cannot be erased, or is leased, stays queued and is tried again later.
// **Threads** Any. **Lifetime** What it is given must outlive it.
class Collector {
 public:
  // How long CompleteMultipartUpload may be repeated.
  static constexpr std::chrono::hours completed_uploads_stay{24};
  static constexpr std::chrono::seconds usual_retry_pause{10};

  // Looks into every bucket's partition once, for what an earlier process left. `retry_pause`: until what was left is tried again.
  Collector(meta::Store& meta, blob::Store& blobs, const BlobLeases& leases, const base::Clock& clock,
            std::chrono::milliseconds retry_pause = usual_retry_pause);
  // Ends the thread; what is queued stays queued.
  ~Collector();

  // Says that a partition's queue has grown, or that its bucket was deleted.
  void wake(std::string_view partition);

 private:
  using Moment = std::chrono::steady_clock::time_point;
  // What is left of a partition's queue after a walk.
  struct Left {
    size_t failed = 0, leased = 0;
    std::string error;  // the first

    void fail(const base::Error& why) {
      if (!failed++) error = why.what;
    }
  };

  void run();
  void make_due(Moment now);
  Moment next_moment() const;
  void work_off_one(std::unique_lock<std::mutex>& lock);
  Left collect(const std::string& partition);
  void drop_uploads(const std::string& partition, Left& left);
  std::string drop_from(const std::string& partition, const std::string& from, Left& left);
  bool change(const std::string& partition, const std::vector<std::string>& erased, const std::vector<std::string>& garbage, Left& left);
  std::string collect_from(const std::string& partition, const std::string& from, Left& left);
  void sweep();
  void forget_completed(const std::string& partition);

  meta::Store& meta_;
  blob::Store& blobs_;
  const BlobLeases& leases_;
  const base::Clock& clock_;
  const std::chrono::milliseconds retry_pause_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> due_;
  std::map<std::string, Moment> later_;
  std::string last_;  // of those that were due: the next ones get their turn first
  Moment next_sweep_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace s3
