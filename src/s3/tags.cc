#include "s3/tags.h"

#include <set>

#include "codec/query.h"
#include "s3/xml.h"

namespace s3 {

using aws::ErrorCode;

namespace {

// Lengths are limited in UTF-16 units, as AWS counts characters: a sequence of four bytes makes two.
size_t utf16_units(std::string_view text) {
  size_t units = 0;
  for (unsigned char c : text) units += (c & 0xc0) != 0x80 ? 1 + (c >= 0xf0) : 0;
  return units;
}

// Letters, digits and spaces of any script, and a few signs; past ASCII, everything passes for a letter.
bool is_allowed(char c) {
  auto letter = static_cast<char>(c | 0x20);
  return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'z') ||
         std::string_view(" +-=._:/@").find(c) != std::string_view::npos;
}

bool is_reserved(std::string_view key) { return key.size() >= 4 && http::equal_ignoring_case(key.substr(0, 4), "aws:"); }

aws::Result<> check_tag(const std::string& key, const std::string& value) {
  if (key.empty() || utf16_units(key) > max_tag_key_units || !std::ranges::all_of(key, is_allowed))
    return aws::fail(ErrorCode::invalid_tag, "The TagKey you have provided is invalid", {{"TagKey", key}});
  if (utf16_units(value) > max_tag_value_units || !std::ranges::all_of(value, is_allowed))
    return aws::fail(ErrorCode::invalid_tag, "The TagValue you have provided is invalid", {{"TagKey", key}, {"TagValue", value}});
  if (is_reserved(key))
    return aws::fail(ErrorCode::invalid_tag, "System tags cannot be added/updated by requester", {{"TagKey", key}});
  return {};
}

aws::Result<> check_tags(const Pairs& tags, size_t max_tags) {
  if (tags.size() > max_tags) {
    auto subject = max_tags == max_bucket_tags ? "Bucket tag count" : "Object tags";
    return aws::fail(ErrorCode::bad_request, std::string(subject) + " cannot be greater than " + std::to_string(max_tags));
  }
  std::set<std::string_view> keys;
  for (auto& [key, value] : tags) {
    TRY_VOID(check_tag(key, value));
    if (!keys.insert(key).second)
      return aws::fail(ErrorCode::invalid_tag, "Cannot provide multiple Tags with the same key", {{"TagKey", key}});
  }
  return {};
}

aws::Result<Pairs> read_tag_set(codec::XmlElement set) {
  Pairs tags;
  for (auto& tag : set.children()) {
    auto key = tag.child("Key"), value = tag.child("Value");
    if (tag.name() != "Tag" || !key || !value) return aws::fail(ErrorCode::malformed_xml);
    tags.emplace_back(key.text(), value.text());
  }
  return tags;
}

}  // namespace

aws::Result<Pairs> parse_tagging_header(std::string_view header) {
  auto query = codec::Query::parse(header);
  if (!query)
    return aws::fail(ErrorCode::invalid_argument,
                     "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
                     {{"ArgumentName", "x-amz-tagging"}, {"ArgumentValue", std::string(header)}});
  Pairs tags;
  for (auto& parameter : query->all()) tags.emplace_back(parameter.name, parameter.value);
  TRY_VOID(check_tags(tags, max_object_tags));
  return tags;
}

aws::Result<Pairs> tags_from_xml(std::string_view document, size_t max_tags) {
  auto parsed = codec::parse_xml(document);
  if (!parsed) return aws::fail(ErrorCode::malformed_xml);
  auto root = parsed->root();
  auto set = root.child("TagSet");
  if (root.name() != "Tagging" || !set) return aws::fail(ErrorCode::malformed_xml);
  TRY(tags, read_tag_set(set));
  TRY_VOID(check_tags(tags, max_tags));
  return tags;
}

std::string tags_to_xml(const Pairs& tags) {
  codec::XmlWriter xml;
  xml.open("Tagging", s3_namespace);
  xml.open("TagSet");
  for (auto& [key, value] : tags) {
    xml.open("Tag");
    xml.element("Key", key);
    xml.element("Value", value);
    xml.close();
  }
  xml.close();
  xml.close();
  return std::move(xml).str();
}

}  // namespace s3
