// Records from a damaged disk: what is read is written and read again as the same, all else is `corrupt`. The first byte chooses
// the kind.
#include "fuzz.h"
#include "iam/record.h"
#include "s3/record.h"

namespace {

template <class Decode>
void check(std::string_view bytes, Decode decode) {
  auto record = decode(bytes);
  if (!record) return fuzz::check(record.error().kind == base::Errc::corrupt);
  auto once = encode(*record);
  auto again = decode(once);
  fuzz::check(again && encode(*again) == once);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  auto bytes = fuzz::text(data + 1, size - 1);
  switch (data[0]) {
    case 'b': check(bytes, s3::decode_bucket); break;
    case 'o': check(bytes, s3::decode_object); break;
    case 'u': check(bytes, s3::decode_upload); break;
    case 'p': check(bytes, s3::decode_part); break;
    case 's': check(bytes, s3::decode_segments); break;
    case 'a': check(bytes, iam::decode_account); break;
    case 'k': check(bytes, iam::decode_key); break;
  }
  return 0;
}
