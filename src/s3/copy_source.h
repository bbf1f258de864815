#pragma once
// The object that a copy reads: how a request names it, and its bytes on their way to a place of their own.
#include <functional>
#include <string>

#include "s3/intake.h"
#include "s3/range.h"

namespace s3 {

struct CopySource {
  std::string bucket, key;
};

// The value of x-amz-copy-source: "BUCKET/KEY", with or without a slash before it, percent-encoded and decoded once ("+" is a
// plus), and "?versionId=null" or nothing after it. **Errors** invalid_argument; those of `check_key`.
aws::Result<CopySource> parse_copy_source(std::string_view header);

// What is wanted of a source, once its record is known.
struct Portion {
  ByteRange range;
  crypto::ChecksumAlgorithm checksum;
};
using Choose = std::function<aws::Result<Portion>(const ObjectRecord& source)>;

struct Copied {
  ObjectRecord source;
  TakenIn bytes;
  StoredChecksum checksum;  // of the bytes, by the algorithm that was chosen
};

// Stores the bytes of the object that the call's headers name anew, every block checked on its way; a source that is replaced
// meanwhile is copied as it is then. `choose` may run more than once, after the caller's right to read the source and the conditions
// on it (x-amz-copy-source-if-*, x-amz-source-expected-bucket-owner) were checked. `owner` and `inlining` as for `take_in`.
// **Errors** no_such_bucket, no_such_key, access_denied, precondition_failed; those of `choose`, of reading and of storing.
Task<aws::Result<Copied>> take_in_copy(State& state, const aws::Call& call, const CopySource& source, std::string owner,
                                       Inlining inlining, const Choose& choose);

}  // namespace s3
