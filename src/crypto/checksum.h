#pragma once
// The checksums that S3 keeps with objects.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/encoding.h"

namespace crypto {

// Stored values: never renumbered.
enum class ChecksumAlgorithm : uint8_t { crc32 = 1, crc32c = 2, crc64nvme = 3, sha1 = 4, sha256 = 5 };

// "CRC32", as AWS spells it.
std::string_view name(ChecksumAlgorithm algorithm);
// "x-amz-checksum-crc32".
std::string_view header_name(ChecksumAlgorithm algorithm);
// By name, case ignored.
std::optional<ChecksumAlgorithm> parse_checksum_algorithm(std::string_view name);
// Of the raw value.
size_t size_bytes(ChecksumAlgorithm algorithm);

// **Threads** One at a time.
class Checksum {
 public:
  explicit Checksum(ChecksumAlgorithm algorithm);
  ~Checksum();
  Checksum(Checksum&&) noexcept;
  Checksum& operator=(Checksum&&) noexcept;
  void update(base::Bytes data);
  // Raw bytes, the most significant first.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The checksum of `first` and `second` joined, from theirs; for the three CRCs only. `second_bytes`: the length of `second`.
std::string combine(ChecksumAlgorithm algorithm, std::string_view first, std::string_view second, uint64_t second_bytes);

}  // namespace crypto
