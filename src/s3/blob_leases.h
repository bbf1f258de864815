#pragma once
// Blobs that answers in progress still have to open.
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace s3 {

// Blobs are erased once nothing names them; one that is leased stays until the lease ends.
// A lease protects from the moment that it is taken: whoever takes one must see afterwards that the blobs are named still.
// **Threads** Any. **Lifetime** It must outlive its leases.
class BlobLeases {
 public:
  // Ends with its life.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept : leases_(std::exchange(other.leases_, nullptr)), blobs_(std::move(other.blobs_)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(leases_, other.leases_);
      std::swap(blobs_, other.blobs_);
      return *this;
    }
    ~Lease() {
      if (leases_) leases_->release(blobs_);
    }

   private:
    friend BlobLeases;
    Lease(BlobLeases& leases, std::vector<std::string> blobs) : leases_(&leases), blobs_(std::move(blobs)) {}
    BlobLeases* leases_ = nullptr;
    std::vector<std::string> blobs_;
  };

  [[nodiscard]] Lease take(std::vector<std::string> blobs);
  bool holds(std::string_view blob) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  void release(const std::vector<std::string>& blobs);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> held_;  // how often
};

}  // namespace s3
