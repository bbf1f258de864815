#include "blob/store.h"

#include "base/random.h"

namespace blob {

static constexpr size_t id_digits = 32;

std::optional<BlobId> BlobId::parse(std::string_view hex) {
  bool good = hex.size() == id_digits && hex.find_first_not_of("0123456789abcdef") == hex.npos;
  return good ? std::optional(BlobId(std::string(hex))) : std::nullopt;
}

BlobId BlobId::random() { return BlobId(base::random_hex(id_digits)); }

}  // namespace blob
