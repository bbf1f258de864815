#pragma once
// The log's lines about requests that failed inside: which, of what, and why.
#include <mutex>

#include "aws/call.h"

namespace aws {

// **Threads** Any.
class Failures {
 public:
  // A full disk is said once a minute with the number of requests, since it fails them all; anything else for each request.
  void log(const Call& call, const base::Error& cause);

 private:
  void log_full_disk(base::Time now, const base::Error& cause);

  std::mutex mutex_;
  base::Time quiet_until_{};
  size_t unsaid_ = 0;  // requests that found the disk full since it was said
};

}  // namespace aws
