#include "s3/id_set.h"

namespace s3 {

std::optional<IdSet::Packed> IdSet::pack(std::string_view id) {
  auto raw = base::from_hex(id);
  Packed packed;
  if (!raw || raw->size() != packed.size()) return std::nullopt;
  std::ranges::transform(*raw, packed.begin(), [](char c) { return static_cast<uint8_t>(c); });
  return packed;
}

std::vector<std::string> IdSet::sort() {
  std::ranges::sort(ids_);
  std::vector<std::string> twice;
  for (size_t i = 1; i < ids_.size(); i++)
    if (ids_[i] == ids_[i - 1] && (i == 1 || ids_[i] != ids_[i - 2])) twice.push_back(base::to_hex(ids_[i]));
  return twice;
}

}  // namespace s3
