#include "s3/object_headers.h"

#include "base/ascending_id.h"
#include "base/encoding.h"
#include "codec/rfc2047.h"
#include "codec/time.h"
#include "s3/tags.h"

namespace s3 {

using aws::ErrorCode;

namespace {

constexpr size_t metadata_limit_bytes = 2048;
constexpr size_t standard_headers_limit_bytes = 8 << 10;  // AWS takes no more in a whole request
constexpr std::string_view metadata_prefix = "x-amz-meta-";

struct Override {
  std::string_view header, parameter;
};
// Standard headers that are kept, and the query parameters that replace them in a response.
constexpr Override overrides[] = {{"Cache-Control", "response-cache-control"},
                                  {"Content-Disposition", "response-content-disposition"},
                                  {"Content-Encoding", "response-content-encoding"},
                                  {"Content-Language", "response-content-language"},
                                  {"Expires", "response-expires"}};

constexpr std::string_view storage_classes[] = {"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA",
                                                "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"};

// aws-chunked is how the body came, not what it is.
std::string without_aws_chunked(std::string_view encodings) {
  std::string out;
  while (!encodings.empty()) {
    auto comma = encodings.find(',');
    auto one = encodings.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one != "aws-chunked" && !one.empty()) out += (out.empty() ? "" : ",") + std::string(one);
    encodings = comma == encodings.npos ? std::string_view() : encodings.substr(comma + 1);
  }
  return out;
}

void take_standard_headers(const http::RequestHead& said, ObjectRecord& record) {
  for (auto& [header, parameter] : overrides)
    if (auto value = said.find(header)) {
      auto kept = header == "Content-Encoding" ? without_aws_chunked(*value) : std::string(*value);
      if (!kept.empty()) record.headers.emplace_back(header, std::move(kept));
    }
  if (auto value = said.find(redirect_location_header)) record.headers.emplace_back(redirect_location_header, *value);
}

// Several headers of one name become one value, joined by commas.
void add_metadata(Pairs& metadata, std::string name, std::string_view value) {
  auto there = std::ranges::find(metadata, name, &Pairs::value_type::first);
  if (there == metadata.end())
    metadata.emplace_back(std::move(name), value);
  else
    there->second += "," + std::string(value);
}

aws::Result<std::string> storage_class(const http::RequestHead& said) {
  auto value = said.find("x-amz-storage-class").value_or("");
  if (value.empty() || value == "STANDARD") return std::string();
  if (std::ranges::find(storage_classes, value) == std::end(storage_classes))
    return aws::fail(ErrorCode::invalid_storage_class);
  return std::string(value);
}

}  // namespace

aws::Result<> check_standard_headers(const ObjectRecord& record) {
  size_t size = record.content_type.size();
  for (auto& [header, value] : record.headers) size += header.size() + value.size();
  if (size <= standard_headers_limit_bytes) return {};
  return aws::fail(ErrorCode::request_header_section_too_large, {}, {{"MaxSizeAllowed", std::to_string(standard_headers_limit_bytes)}});
}

aws::Result<> take_metadata(const http::RequestHead& said, ObjectRecord& record) {
  record.content_type = said.find("Content-Type").value_or("binary/octet-stream");
  take_standard_headers(said, record);
  TRY_VOID(check_standard_headers(record));
  size_t size = 0;
  for (size_t i = 0; i < said.field_count(); i++) {
    auto [field, value] = said.field(i);
    if (field.size() <= metadata_prefix.size() || !http::equal_ignoring_case(field.substr(0, metadata_prefix.size()), metadata_prefix))
      continue;
    size += field.size() - metadata_prefix.size() + value.size();
    if (size > metadata_limit_bytes) break;  // before any of it is decoded
    add_metadata(record.metadata, http::to_lower(field.substr(metadata_prefix.size())), codec::rfc2047_decode(value));
  }
  if (size > metadata_limit_bytes)
    return aws::fail(ErrorCode::metadata_too_large, {}, {{"Size", std::to_string(size)}, {"MaxSizeAllowed", std::to_string(metadata_limit_bytes)}});
  return {};
}

aws::Result<> take_tags(const http::RequestHead& said, ObjectRecord& record) {
  auto tagging = said.find("x-amz-tagging");
  if (!tagging) return {};
  TRY(tags, parse_tagging_header(*tagging));
  record.tags = std::move(tags);
  return {};
}

aws::Result<ObjectRecord> bare_object_record(const State& state, const Sender& sender, const BucketRecord& bucket) {
  ObjectRecord record;
  record.id = base::ascending_id(sender.now);
  record.modified = std::chrono::floor<std::chrono::seconds>(sender.now);
  // What an anonymous caller stores belongs to the bucket's owner.
  auto owner = sender.caller.anonymous() ? bucket.acl.owner : sender.caller.canonical_id;
  TRY(acl, acl_from_headers(sender.said, owner, bucket.acl.owner, state.accounts()));
  record.acl = std::move(acl);
  TRY(chosen, storage_class(sender.said));
  record.storage_class = std::move(chosen);
  return record;
}

aws::Result<ObjectRecord> new_object_record(const State& state, const Sender& sender, const BucketRecord& bucket) {
  TRY(record, bare_object_record(state, sender, bucket));
  TRY_VOID(take_metadata(sender.said, record));
  TRY_VOID(take_tags(sender.said, record));
  return record;
}

// What precedes and what follows the headers that a request may override.
static void add_first_headers(const ObjectRecord& record, http::HeaderList& headers) {
  headers.add("ETag", quoted_etag(record.etag));
  headers.add("Last-Modified", codec::format_http_date(record.modified));
  headers.add("Accept-Ranges", "bytes");
}

static void add_last_headers(const ObjectRecord& record, http::HeaderList& headers) {
  for (auto& [name, value] : record.metadata) headers.add(std::string(metadata_prefix) + name, codec::rfc2047_encode(value));
  if (!record.storage_class.empty()) headers.add("x-amz-storage-class", record.storage_class);
  if (!record.tags.empty()) headers.add("x-amz-tagging-count", record.tags.size());
}

http::HeaderList object_headers(const ObjectRecord& record) {
  http::HeaderList headers;
  add_first_headers(record, headers);
  headers.add("Content-Type", record.content_type);
  for (auto& [header, value] : record.headers) headers.add(header, value);
  add_last_headers(record, headers);
  return headers;
}

bool overrides_headers(const aws::Call& call) {
  return std::ranges::any_of(call.query.all(), [](auto& parameter) { return parameter.name.starts_with("response-"); });
}

http::HeaderList overridden_headers(const aws::Call& call, const ObjectRecord& record) {
  http::HeaderList headers;
  add_first_headers(record, headers);
  headers.add("Content-Type", call.query.find("response-content-type").value_or(record.content_type));
  for (auto& [header, value] : record.headers)
    if (std::ranges::none_of(overrides, [&](auto& o) { return o.header == header && call.query.has(o.parameter); })) headers.add(header, value);
  for (auto& [header, parameter] : overrides)
    if (auto value = call.query.find(parameter)) headers.add(header, *value);
  add_last_headers(record, headers);
  return headers;
}

std::string quoted_etag(std::string_view etag) {
  std::string out = "\"";
  out += etag;
  out += '"';
  return out;
}

std::string checksum_text(const StoredChecksum& checksum) {
  auto text = base::to_base64(base::bytes(checksum.value));
  if (checksum.type == ChecksumType::composite) text += "-" + std::to_string(checksum.parts);
  return text;
}

std::string_view name(ChecksumType type) { return type == ChecksumType::composite ? "COMPOSITE" : "FULL_OBJECT"; }

void add_checksum_headers(const StoredChecksum& checksum, http::HeaderList& headers) {
  headers.add(crypto::header_name(checksum.algorithm), checksum_text(checksum));
  headers.add("x-amz-checksum-type", name(checksum.type));
}

aws::Result<std::optional<crypto::ChecksumAlgorithm>> checksum_algorithm(const http::RequestHead& head) {
  auto asked = head.find("x-amz-checksum-algorithm");
  if (!asked) return std::nullopt;
  if (auto algorithm = crypto::parse_checksum_algorithm(*asked)) return algorithm;
  return aws::fail(ErrorCode::invalid_request, "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
}

StoredChecksum stored_checksum(const aws::ChecksumClaim& claim) {
  return {claim.algorithm, ChecksumType::full_object, base::from_base64(claim.value).value_or(""), 0};
}

}  // namespace s3
