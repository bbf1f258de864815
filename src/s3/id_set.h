#pragma once
// A set of ids that stays small in memory: 16 bytes for each of 32 hexadecimal digits.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"

namespace s3 {

// Filled first, then sorted, then asked. **Threads** Used by one.
class IdSet {
 public:
  // False for what is not an id.
  bool add(std::string_view id) {
    auto packed = pack(id);
    if (packed) ids_.push_back(*packed);
    return packed.has_value();
  }
  // Call between the last `add` and the first question. Returns the ids that were added more than once.
  std::vector<std::string> sort();
  // **Requires** sorted.
  bool contains(std::string_view id) const {
    auto packed = pack(id);
    return packed && std::ranges::binary_search(ids_, *packed);
  }
  size_t size() const { return ids_.size(); }

 private:
  using Packed = std::array<uint8_t, 16>;
  static std::optional<Packed> pack(std::string_view id);
  std::vector<Packed> ids_;
};

}  // namespace s3
