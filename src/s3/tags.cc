#include "s3/tags.h"

#include <set>

#include "codec/query.h"

namespace s3 {

using aws::ErrorCode;

// Lengths are limited in UTF-16 units, as AWS counts characters: a sequence of four bytes makes two.
static size_t utf16_units(std::string_view text) {
  size_t units = 0;
  for (unsigned char c : text) units += (c & 0xc0) != 0x80 ? 1 + (c >= 0xf0) : 0;
  return units;
}

aws::Result<> check_tags(const Pairs& tags, size_t limit) {
  if (tags.size() > limit)
    return aws::fail(ErrorCode::bad_request, "Object tags cannot be greater than " + std::to_string(limit));
  std::set<std::string_view> names;
  for (auto& [name, value] : tags) {
    if (!names.insert(name).second) return aws::fail(ErrorCode::invalid_tag, "Cannot provide multiple Tags with the same key", {{"TagKey", name}});
    if (name.empty() || utf16_units(name) > 128) return aws::fail(ErrorCode::invalid_tag, "The TagKey you have provided is invalid", {{"TagKey", name}});
    if (utf16_units(value) > 256) return aws::fail(ErrorCode::invalid_tag, "The TagValue you have provided is invalid", {{"TagKey", name}, {"TagValue", value}});
    if (name.starts_with("aws:")) return aws::fail(ErrorCode::invalid_tag, "System tags cannot be added/updated by requester", {{"TagKey", name}});
  }
  return {};
}

aws::Result<Pairs> parse_tagging_header(std::string_view header) {
  auto query = codec::Query::parse(header);
  if (!query)
    return aws::fail(ErrorCode::invalid_argument, "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
                     {{"ArgumentName", "x-amz-tagging"}, {"ArgumentValue", std::string(header)}});
  Pairs tags;
  for (auto& parameter : query->all()) tags.emplace_back(parameter.name, parameter.value);
  TRY_VOID(check_tags(tags, max_object_tags));
  return tags;
}

}  // namespace s3
