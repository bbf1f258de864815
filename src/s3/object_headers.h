#pragma once
// Between an object's record and the headers of requests and responses.
#include "aws/body.h"
#include "s3/state.h"

namespace s3 {

// A record for a new object of the caller's: owner, ACL, content type, standard headers, metadata, tags, storage class, as
// the request has them. **Errors** metadata_too_large, invalid_tag, invalid_argument, invalid_storage_class and those of ACLs.
aws::Result<ObjectRecord> new_object_record(const State& state, const aws::Call& call, const BucketRecord& bucket);

// Takes content type, standard headers and metadata from the request, into a record.
aws::Result<> take_metadata(const aws::Call& call, ObjectRecord& record);

// The headers that describe the object; overrides by response-* parameters included.
void add_object_headers(const aws::Call& call, const ObjectRecord& record, http::HeaderList& headers);
void add_checksum_headers(const StoredChecksum& checksum, http::HeaderList& headers);

// ETag with its quotes.
std::string quoted(std::string_view etag);
// "base64", or "base64-N" for a composite one of N parts.
std::string checksum_text(const StoredChecksum& checksum);
// "COMPOSITE" or "FULL_OBJECT".
std::string_view name(ChecksumType type);

// A verified claim as it is stored.
StoredChecksum stored_checksum(const aws::ChecksumClaim& claim);

}  // namespace s3
