#include "server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace server {

// RocksDB keeps 512 tables open (meta/rocksdb_options.cc); besides, there are its logs, tables being written, listeners and log files.
static constexpr uint64_t own_descriptors = 512 + 256;
static constexpr uint64_t files_of_a_request = 2;  // blobs: a copy reads one and writes another
static constexpr uint64_t fewest_connections = 64;

uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  auto before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

size_t connections_within(uint64_t descriptors, size_t wanted, size_t requests) {
  uint64_t left = descriptors - std::min(descriptors, own_descriptors);
  // A connection is a socket. As many of them as there may be requests have files open, too.
  uint64_t all_busy = left / (1 + files_of_a_request);
  uint64_t most = all_busy <= requests ? all_busy : left - files_of_a_request * requests;
  return std::min<uint64_t>(wanted, std::max(most, fewest_connections));
}

}  // namespace server
