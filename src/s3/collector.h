#pragma once
// Erases, in the background, what nothing needs any more: blobs without a reference, records of uploads that were completed long ago.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "base/clock.h"
#include "blob/store.h"
#include "meta/store.h"

namespace s3 {

// Blobs are queued under garbage_key in the batch that stops naming them, so a crash loses no entry. One thread takes them.
// **Threads** Any.
class Collector {
 public:
  // How long CompleteMultipartUpload may be repeated.
  static constexpr std::chrono::hours completed_uploads_stay{24};

  // Looks into every bucket's partition once, for what an earlier process left.
  Collector(meta::Store& meta, blob::Store& blobs, const base::Clock& clock);
  // Ends the thread; what is queued stays queued.
  ~Collector();

  // Says that a partition's queue has grown.
  void wake(std::string_view partition);

 private:
  void run();
  void work_off_due(std::unique_lock<std::mutex>& lock);
  bool collect(const std::string& partition);
  void sweep();
  void forget_completed(const std::string& partition);

  meta::Store& meta_;
  blob::Store& blobs_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> due_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace s3
