#pragma once
// Between an object's record and the headers of requests and responses.
#include "aws/body.h"
#include "s3/state.h"

namespace s3 {

// Who stores an object, when, and what is said about it: in the request's own headers, or in the fields of a form.
struct Sender {
  const http::RequestHead& said;
  const aws::Caller& caller;
  base::Time now;
};
inline Sender sender_of(const aws::Call& call) { return {call.exchange.head(), call.caller(), call.now}; }

// A record for a new object of the sender's: owner, ACL, content type, standard headers, metadata, tags, storage class, as
// they were said. **Errors** metadata_too_large, invalid_tag, invalid_argument, invalid_storage_class and those of ACLs.
aws::Result<ObjectRecord> new_object_record(const State& state, const Sender& sender, const BucketRecord& bucket);

// The same in its pieces, for a copy, which may take some of them from its source. The bare record has an id, a time, owner,
// ACL and storage class.
aws::Result<ObjectRecord> bare_object_record(const State& state, const Sender& sender, const BucketRecord& bucket);
// Content type, standard headers and metadata. **Errors** metadata_too_large; and those of `check_standard_headers`.
aws::Result<> take_metadata(const http::RequestHead& said, ObjectRecord& record);
// **Errors** request_header_section_too_large where they are longer together than AWS would take them.
aws::Result<> check_standard_headers(const ObjectRecord& record);
aws::Result<> take_tags(const http::RequestHead& said, ObjectRecord& record);
// Where a website sends who asks for the object. A header of the object's like others, but never copied with them.
inline constexpr std::string_view redirect_location_header = "x-amz-website-redirect-location";

// The headers that describe the object.
http::HeaderList object_headers(const ObjectRecord& record);
// Whether the request overrides any of them by response-* parameters, and what they are then.
bool overrides_headers(const aws::Call& call);
http::HeaderList overridden_headers(const aws::Call& call, const ObjectRecord& record);
void add_checksum_headers(const StoredChecksum& checksum, http::HeaderList& headers);

// ETag with its quotes.
std::string quoted_etag(std::string_view etag);
// "base64", or "base64-N" for a composite one of N parts.
std::string checksum_text(const StoredChecksum& checksum);
// "COMPOSITE" or "FULL_OBJECT".
std::string_view name(ChecksumType type);

// The algorithm that x-amz-checksum-algorithm asks for; nothing where it is absent. **Errors** invalid_request.
aws::Result<std::optional<crypto::ChecksumAlgorithm>> checksum_algorithm(const http::RequestHead& head);

// A verified claim as it is stored.
StoredChecksum stored_checksum(const aws::ChecksumClaim& claim);

}  // namespace s3
