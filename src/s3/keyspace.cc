#include "s3/keyspace.h"

namespace s3 {

static constexpr std::string_view partition_prefix = "s3/bucket/";
// In upload_key: a NUL of the key, and its end. The end is the smaller, so that a key comes before those it begins.
static constexpr std::string_view escaped_nul("\0\xff", 2), key_end("\0\x01", 2);

static std::string joined(char prefix, std::string_view rest) {
  std::string out(1, prefix);
  out += rest;
  return out;
}

std::string partition_of(std::string_view bucket_id) {
  std::string out(partition_prefix);
  out += bucket_id;
  return out;
}

std::optional<std::string> bucket_id_of(std::string_view partition) {
  if (!partition.starts_with(partition_prefix) || partition.size() == partition_prefix.size()) return std::nullopt;
  return std::string(partition.substr(partition_prefix.size()));
}

std::string object_key(std::string_view key) { return joined(object_prefix, key); }
std::string data_key(std::string_view object_id) { return joined(data_prefix, object_id); }
std::string segments_key(std::string_view object_id) { return joined(segments_prefix, object_id); }
std::string garbage_key(std::string_view blob_id) { return joined(garbage_prefix, blob_id); }
std::string part_prefix(std::string_view upload_id) { return joined(parts_prefix, upload_id); }

std::string part_key(std::string_view upload_id, uint32_t number) {
  auto out = part_prefix(upload_id);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
  return out;
}

std::string upload_key(std::string_view key, std::string_view upload_id) {
  std::string out(1, upload_prefix);
  for (char c : key)
    if (c)
      out += c;
    else
      out += escaped_nul;
  out += key_end;
  out += upload_id;
  return out;
}

std::optional<UploadPlace> parse_upload_key(std::string_view stored) {
  if (!stored.starts_with(upload_prefix)) return std::nullopt;
  UploadPlace place;
  for (size_t i = 1; i < stored.size(); i++) {
    if (stored[i]) {
      place.key += stored[i];
      continue;
    }
    auto pair = stored.substr(i++, 2);
    if (pair == key_end) {
      place.upload_id = stored.substr(i + 1);
      return place;
    }
    if (pair != escaped_nul) return std::nullopt;
    place.key += '\0';
  }
  return std::nullopt;
}

std::string after_prefix(std::string_view prefix) {
  std::string out(prefix);
  while (!out.empty() && out.back() == '\xff') out.pop_back();
  if (!out.empty()) out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) + 1);
  return out;
}

}  // namespace s3
