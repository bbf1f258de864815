#pragma once
// Bytes compared with everything that records say of them. For `check`.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "blob/store.h"
#include "crypto/digest.h"
#include "s3/record.h"

namespace s3 {

// Each member returns a sentence for each thing that is wrong.
// **Threads** Used by one. Blocks on the disk, long. **Lifetime** `blobs` must outlive it.
class ContentCheck {
 public:
  // `on_bytes` is told how many bytes were read, now and then.
  ContentCheck(const blob::Store& blobs, std::function<void(uint64_t)> on_bytes)
      : blobs_(blobs), on_bytes_(std::move(on_bytes)), buffer_(piece_bytes) {}

  std::vector<std::string> inlined(const ObjectRecord& object, std::string_view bytes);
  // `segments` as Layout::segmented lists them; one for Layout::blob.
  std::vector<std::string> segmented(const ObjectRecord& object, const std::vector<Segment>& segments);
  std::vector<std::string> part(const PartRecord& part);

 private:
  static constexpr size_t piece_bytes = 1 << 20;

  // What was computed of a stretch: a part of a multipart object, or all of another one.
  struct Sums {
    explicit Sums(const std::optional<StoredChecksum>& checksum);
    void update(std::string_view data);
    void finish();

    crypto::Digest md5_digest{crypto::DigestKind::md5};
    std::optional<crypto::Checksum> checksum_sum;
    std::string md5, checksum;  // raw, once finished
    uint64_t size_bytes = 0;
  };

  base::Result<> read(const Segment& segment, Sums& sums);
  static void compare(const ObjectRecord& object, std::vector<Sums>& stretches, std::vector<std::string>& problems);

  const blob::Store& blobs_;
  std::function<void(uint64_t)> on_bytes_;
  std::vector<char> buffer_;
};

}  // namespace s3
