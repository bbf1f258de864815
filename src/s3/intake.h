#pragma once
// From a request's body to stored bytes.
#include <string>

#include "s3/state.h"

namespace s3 {

inline constexpr size_t inline_limit_bytes = 64 << 10;
inline constexpr uint64_t max_put_bytes = 5ull << 30;

enum class Inlining { allowed, never };

// Bytes that were taken in, but are not yet named by any metadata: durable if they are in a blob.
struct TakenIn {
  uint64_t size_bytes = 0;
  std::string md5;   // raw
  std::string crc64nvme;  // raw; the checksum that objects get whose client gave none
  std::string data;  // the bytes, if they are to be inlined
  std::string blob;  // the blob's id, or empty
};

// Reads the body to its end and stores what does not fit inline in a blob; `owner` says where it is going to be named. A body
// that turns out wrong leaves nothing. **Errors** the body's; entity_too_large past `max_put_bytes`; those of storage, also while
// there still is room for deletions.
Task<aws::Result<TakenIn>> take_in(State& state, aws::Body& body, std::string owner, Inlining inlining);

// Adds bytes to a checksum; many of them on the pool, so that the network thread is not held up.
Task<> add(State& state, crypto::Checksum& sum, std::span<const char> bytes);

// After the bytes' reference was committed, or could not be.
Task<> settle(State& state, const TakenIn& bytes);
Task<> give_up(State& state, const TakenIn& bytes);
// After a commit: settles the bytes, or gives them up if the change was refused. Where the store itself failed the change may still
// come back with the next start, which asks whether the bytes are wanted.
Task<> conclude(State& state, const TakenIn& bytes, const aws::Result<>& committed);

// The `owner` of blobs for an object, and for a part of an upload
std::string owner_of_object(const BucketRecord& bucket, std::string_view key);
// (a part's says both where the part is named and the object that it may have become a segment of).
std::string owner_of_part(const BucketRecord& bucket, std::string_view upload_id, uint32_t number, std::string_view key);

// For blob::Store::recover: whether the owner names the blob.
base::Result<bool> owner_names_blob(const meta::Store& meta, const blob::Pending& pending);

}  // namespace s3
