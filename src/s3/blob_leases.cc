#include "s3/blob_leases.h"

namespace s3 {

BlobLeases::Lease BlobLeases::take(std::vector<std::string> blobs) {
  std::lock_guard lock(mutex_);
  for (auto& blob : blobs) held_[blob]++;
  return {*this, std::move(blobs)};
}

bool BlobLeases::holds(std::string_view blob) const {
  std::lock_guard lock(mutex_);
  return held_.find(blob) != held_.end();
}

void BlobLeases::release(const std::vector<std::string>& blobs) {
  std::lock_guard lock(mutex_);
  for (auto& blob : blobs)
    if (auto there = held_.find(blob); !--there->second) held_.erase(there);
}

}  // namespace s3
