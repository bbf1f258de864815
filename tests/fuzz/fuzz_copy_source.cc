// A source that is accepted keeps to the rules for keys, and is found again under its encoded name.
#include "codec/percent.h"
#include "fuzz.h"
#include "s3/copy_source.h"
#include "s3/names.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto source = s3::parse_copy_source(fuzz::text(data, size));
  if (!source) return 0;
  fuzz::check(!source->bucket.empty() && source->bucket.find('/') == source->bucket.npos);
  fuzz::check(!source->key.empty() && s3::check_key(source->key).has_value());
  for (std::string_view slash : {"", "/"})
    for (std::string_view version : {"", "?versionId=null"}) {
      auto name = std::string(slash) + codec::percent_encode(source->bucket) + "/" + codec::percent_encode(source->key) + std::string(version);
      auto again = s3::parse_copy_source(name);
      fuzz::check(again && again->bucket == source->bucket && again->key == source->key);
    }
  return 0;
}
