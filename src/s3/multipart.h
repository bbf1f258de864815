#pragma once
// Uploads in parts: what its operations share.
#include "s3/object.h"

namespace s3 {

inline constexpr uint32_t max_parts = 10'000;
inline constexpr uint64_t min_part_bytes = 5ull << 20;
inline constexpr uint64_t max_object_bytes = 5ull << 40;

struct UploadRef {
  std::string stored_key;  // in the bucket's partition
  UploadRecord record;
};

// The upload that the call's key and uploadId name. **Errors** no_such_upload.
aws::Result<UploadRef> find_upload(const meta::Reader& reader, std::string_view key, std::string_view upload_id);
Task<aws::Result<UploadRef>> read_upload(State& state, const BucketRecord& bucket, const aws::Call& call);

// The call's partNumber. **Errors** invalid_argument.
aws::Result<uint32_t> part_number(const aws::Call& call);

// Names taken-in bytes as a part of the upload, in place of an earlier one of that number.
Task<aws::Result<>> put_part(State& state, const BucketRecord& bucket, const UploadRef& upload, const PartRecord& part,
                             const TakenIn& bytes);

// All parts of an upload, by number.
aws::Result<std::vector<PartRecord>> parts_of(const meta::Reader& reader, std::string_view upload_id);

// Removes the upload's parts from the partition; the blobs of those not in `keep` are queued to be erased.
aws::Result<> remove_parts(meta::Batch& batch, const std::string& upload_id, const std::vector<PartRecord>& parts,
                           const std::vector<Segment>& keep);

}  // namespace s3
