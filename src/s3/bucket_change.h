#pragma once
// Changes of a bucket's record, as requests ask for them.
#include "s3/state.h"

namespace s3 {

// Changes the record of that very bucket, not of a later one of the same name. **Errors** no_such_bucket.
Task<aws::Result<>> change_bucket(State& state, const BucketRecord& bucket, std::function<void(BucketRecord&)> change);

}  // namespace s3
