#pragma once
// What is stored about buckets, objects and uploads. docs/format/s3.md describes the bytes: protobuf's wire format.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/checksum.h"
#include "s3/acl.h"

namespace s3 {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline constexpr size_t bucket_id_digits = 16;

// A bucket as the directory knows it.
struct BucketRecord {
  std::string id;  // of its partition; 16 hexadecimal digits, never used again
  std::string name;
  std::string region;
  base::Time created{};
  Acl acl;
  Pairs tags;
  // Documents, valid and as this server writes them, by sub-resource: "cors".
  Pairs documents;

  const std::string* document(std::string_view sub_resource) const;
  void set_document(std::string_view sub_resource, std::optional<std::string> value);
};

// Stored values: never renumbered.
enum class ChecksumType : uint8_t { full_object = 1, composite = 2 };

struct StoredChecksum {
  crypto::ChecksumAlgorithm algorithm;
  ChecksumType type = ChecksumType::full_object;
  std::string value;  // raw bytes
  uint32_t parts = 0; // of a composite one
};

// A stretch of an object's bytes in a blob of its own.
struct Segment {
  std::string blob;  // hexadecimal id
  uint64_t size_bytes = 0;
  uint32_t part = 0;  // its number in the upload; 0: not from a multipart upload
  std::string checksum;  // raw; of the object's algorithm; may be empty
};

// Stored values: never renumbered.
enum class Layout : uint8_t {
  inlined = 1,    // the bytes are the value of data_key(id)
  blob = 2,       // one blob, named in the record
  segmented = 3,  // a list of segments, the value of segments_key(id)
};

struct ObjectRecord {
  std::string id;  // 32 hexadecimal digits; each write of a key has a new one
  uint64_t size_bytes = 0;
  base::Time modified{};
  std::string etag;  // without quotes
  Acl acl;
  std::string content_type;
  Pairs headers;   // Cache-Control and its like, as given
  Pairs metadata;  // x-amz-meta-*: name without the prefix, lower case
  Pairs tags;
  std::string storage_class;  // empty: STANDARD
  std::optional<StoredChecksum> checksum;
  Layout layout = Layout::inlined;
  uint64_t inline_hash = 0;  // XXH3-64 of inlined bytes
  std::string blob;          // of Layout::blob
  uint32_t part_count = 0;   // of a multipart upload; 0: not one
};

struct UploadRecord {
  std::string id;
  std::string key;
  base::Time initiated{};
  std::string initiator;  // canonical id
  ObjectRecord target;    // what the object will carry: owner, ACL, headers, metadata, tags
  std::optional<crypto::ChecksumAlgorithm> checksum_algorithm;
  ChecksumType checksum_type = ChecksumType::composite;
  // Set once completed: Complete may be repeated.
  std::string completed_etag;
};

struct PartRecord {
  uint32_t number = 0;
  uint64_t size_bytes = 0;
  base::Time modified{};
  std::string md5;  // raw
  std::string blob;
  std::optional<StoredChecksum> checksum;
};

std::string encode(const BucketRecord& record);
std::string encode(const ObjectRecord& record);
std::string encode(const UploadRecord& record);
std::string encode(const PartRecord& record);
std::string encode(const std::vector<Segment>& segments);

// **Errors** corrupt.
base::Result<BucketRecord> decode_bucket(std::string_view bytes);
base::Result<ObjectRecord> decode_object(std::string_view bytes);
base::Result<UploadRecord> decode_upload(std::string_view bytes);
base::Result<PartRecord> decode_part(std::string_view bytes);
base::Result<std::vector<Segment>> decode_segments(std::string_view bytes);

}  // namespace s3
