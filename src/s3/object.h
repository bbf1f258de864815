#pragma once
// Writing an object's record once its bytes are stored: what PutObject, CopyObject and form uploads share.
#include "s3/intake.h"
#include "s3/transaction.h"

namespace s3 {

// Names the bytes in the record and puts it in the key's place; then settles the bytes, or gives them up. The record's
// checksum, if absent, becomes the one that `bytes` carry.
Task<aws::Result<>> put_record(State& state, const BucketRecord& bucket, const std::string& key, ObjectRecord& record,
                               TakenIn& bytes, const WriteConditions& conditions);

}  // namespace s3
