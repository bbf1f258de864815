#pragma once
// An object's bytes on their way out, every block checked.
#include <memory>
#include <string>
#include <vector>

#include "s3/range.h"
#include "s3/state.h"

namespace s3 {

// The object's segments in order; one for Layout::blob. Not for inlined ones.
Task<aws::Result<std::vector<Segment>>> read_segments(State& state, const BucketRecord& bucket, const ObjectRecord& object);

// All bytes of an inlined object, checked. **Errors** internal_error where they do not match their hash; operation_aborted where
// the object was replaced meanwhile: read its record again.
Task<aws::Result<std::string>> read_inlined(State& state, const BucketRecord& bucket, const ObjectRecord& object);

// Streams [range) of the object, whose segments were read before: to the end, even if it is replaced or deleted meanwhile. The
// first piece is read before this returns, so that damage there is still an error with a status of its own.
// **Errors** operation_aborted where the object was replaced or deleted before this could begin.
Task<aws::Result<std::unique_ptr<aws::Content>>> open_content(State& state, const BucketRecord& bucket, const ObjectRecord& object,
                                                              std::vector<Segment> segments, ByteRange range);

}  // namespace s3
