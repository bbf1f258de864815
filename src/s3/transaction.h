#pragma once
// Changes of one bucket's partition, with S3's errors and S3's rules on what must happen together.
#include "s3/conditions.h"
#include "s3/state.h"

namespace s3 {

// What a change decides: its error gives the change up. It may run more than once.
using Change = std::function<aws::Result<>(const meta::Reader& before, meta::Batch& batch)>;

// Runs a change on the bucket's partition. **Errors** the change's own; no_such_bucket where the bucket is being deleted; and
// what `aws::from` makes of storage errors.
Task<aws::Result<>> commit(State& state, const BucketRecord& bucket, Change change);

// The object there now.
aws::Result<std::optional<ObjectRecord>> current_object(const meta::Reader& before, std::string_view key);

// Takes an object's bytes out of the store: inlined ones at once, blobs by way of the collector's queue.
aws::Result<> discard_content(const ObjectRecord& object, const meta::Reader& before, meta::Batch& batch);

// Checks the conditions and takes the object away; nothing to do where there is none, unless the conditions ask for one.
aws::Result<> remove_object(const meta::Reader& before, meta::Batch& batch, std::string_view key, const WriteConditions& conditions);

// Checks the conditions, discards what the key held, and puts the record in its place.
aws::Result<> replace_object(const meta::Reader& before, meta::Batch& batch, std::string_view key,
                             const ObjectRecord& record, const WriteConditions& conditions);

}  // namespace s3
