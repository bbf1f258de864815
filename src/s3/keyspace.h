#pragma once
// Where things lie in the metadata store. docs/format/s3.md says the same in words.
#include <optional>
#include <string>
#include <string_view>

namespace s3 {

// The directory of buckets: name -> BucketRecord.
inline constexpr std::string_view bucket_directory = "s3/buckets";
// The partition of one bucket.
std::string partition_of(std::string_view bucket_id);
// The bucket id in a partition's name; nothing for another kind of partition.
std::optional<std::string> bucket_id_of(std::string_view partition);

// Upload ids are this many hexadecimal digits.
inline constexpr size_t upload_id_digits = 32;

// Within a bucket's partition, by first byte:
inline constexpr std::string_view closed_key = "c";  // there: the bucket is being deleted, nothing may be added
std::string object_key(std::string_view key);        // "o" key -> ObjectRecord
std::string data_key(std::string_view object_id);    // "d" id -> bytes
std::string segments_key(std::string_view object_id);  // "s" id -> segments
std::string garbage_key(std::string_view blob_id);   // "g" id -> "": a blob to erase
std::string upload_key(std::string_view key, std::string_view upload_id);  // "u" key end id -> UploadRecord
std::string part_key(std::string_view upload_id, uint32_t number);         // "p" id number -> PartRecord
std::string part_prefix(std::string_view upload_id);

inline constexpr char object_prefix = 'o', data_prefix = 'd', segments_prefix = 's', garbage_prefix = 'g', upload_prefix = 'u',
                      parts_prefix = 'p';

// An upload's place as text: key and id back from upload_key.
struct UploadPlace {
  std::string key, upload_id;
};
std::optional<UploadPlace> parse_upload_key(std::string_view stored);

// The first string after all that begin with `prefix`; empty where there is none (prefix of 0xff bytes only).
std::string after_prefix(std::string_view prefix);

}  // namespace s3
