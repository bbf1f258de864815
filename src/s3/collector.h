#pragma once
// Erases, in the background, the blobs that no metadata names any more.
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "blob/store.h"
#include "meta/store.h"

namespace s3 {

// Blobs are queued under garbage_key in the batch that stops naming them, so a crash loses no entry. One thread takes them.
// **Threads** Any.
class Collector {
 public:
  // Looks into every bucket's partition once, for what an earlier process left.
  Collector(meta::Store& meta, blob::Store& blobs);
  // Ends the thread; what is queued stays queued.
  ~Collector();

  // Says that a partition's queue may have grown.
  void wake(std::string_view partition);

 private:
  void run();
  bool collect(const std::string& partition);

  meta::Store& meta_;
  blob::Store& blobs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> due_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace s3
