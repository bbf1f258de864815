#pragma once
// Tags of buckets and objects: names with values, chosen by users. Source: Amazon S3 API Reference, Tag and PutObjectTagging;
// Amazon S3 User Guide, "Categorizing your objects using tags".
#include "s3/record.h"

namespace s3 {

inline constexpr size_t max_object_tags = 10, max_bucket_tags = 50;
inline constexpr size_t max_tag_key_units = 128, max_tag_value_units = 256;  // of UTF-16

// The tags in a header x-amz-tagging, written as a query: "a=1&b=2". **Errors** invalid_argument where it is not one,
// invalid_tag, bad_request for more than `max_object_tags`.
aws::Result<Pairs> parse_tagging_header(std::string_view header);

// The tags in a Tagging document. **Errors** malformed_xml, invalid_tag, bad_request for more than `max_tags`.
aws::Result<Pairs> tags_from_xml(std::string_view document, size_t max_tags);
std::string tags_to_xml(const Pairs& tags);

}  // namespace s3
