// ListParts, ListMultipartUploads.
#include "base/encoding.h"
#include "codec/numbers.h"
#include "codec/percent.h"
#include "codec/time.h"
#include "s3/keyspace.h"
#include "s3/multipart.h"
#include "s3/object_headers.h"
#include "s3/operations.h"
#include "s3/xml.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

namespace {

// An anonymous caller has no id; what they began belongs to the bucket's owner.
const std::string& initiator_shown(const UploadRecord& upload) { return upload.initiator.empty() ? upload.target.acl.owner : upload.initiator; }

aws::Result<uint64_t> parse_limit(const Call& call, std::string_view parameter) {
  auto text = call.query.find(parameter).value_or("1000");
  auto number = codec::parse_u64(text);
  if (number && *number <= INT32_MAX) return std::min<uint64_t>(*number, 1000);
  return aws::fail(ErrorCode::invalid_argument, "Provided " + std::string(parameter) + " not an integer or within integer range",
                   {{"ArgumentName", std::string(parameter)}, {"ArgumentValue", std::string(text)}});
}

void write_part(codec::XmlWriter& xml, const PartRecord& part) {
  xml.open("Part");
  xml.element("PartNumber", std::to_string(part.number));
  xml.element("LastModified", codec::format_iso8601(part.modified));
  xml.element("ETag", quoted_etag(base::to_hex(base::bytes(part.md5))));
  xml.element("Size", std::to_string(part.size_bytes));
  if (part.checksum) xml.element("Checksum" + std::string(crypto::name(part.checksum->algorithm)), checksum_text(*part.checksum));
  xml.close();
}

struct PartsPage {
  std::vector<PartRecord> parts;
  bool truncated = false;
};

// The parts past the marker. One seek: a page costs what it returns.
base::Result<PartsPage> parts_after(const meta::Reader& reader, std::string_view upload_id, uint64_t marker, uint64_t limit) {
  PartsPage page;
  auto prefix = part_prefix(upload_id);
  auto cursor = reader.cursor();
  cursor->seek(part_key(upload_id, static_cast<uint32_t>(std::min<uint64_t>(marker, max_parts)) + 1));
  for (; cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    page.truncated = page.parts.size() == limit;
    if (page.truncated) break;
    TRY(part, decode_part(cursor->value()));
    page.parts.push_back(std::move(part));
  }
  TRY_VOID(cursor->status());
  return page;
}

Task<aws::Result<Response>> list_parts(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(limit, parse_limit(call, "max-parts"));
  auto marker = codec::parse_u64(call.query.find("part-number-marker").value_or("0")).value_or(0);
  CO_TRY(upload, co_await read_upload(state, *bucket, call));
  if (!upload.record.completed_etag.empty()) co_return aws::fail(ErrorCode::no_such_upload, {}, {{"UploadId", upload.record.id}});
  auto work = [&](const meta::Reader& reader) { return parts_after(reader, upload.record.id, marker, limit); };
  CO_TRY(page, aws::lift(co_await meta::read(state.meta(), partition_of(bucket->id), work)));
  codec::XmlWriter xml;
  xml.open("ListPartsResult", s3_namespace);
  xml.element("Bucket", bucket->name);
  xml.element("Key", call.key);
  xml.element("UploadId", upload.record.id);
  write_owner(xml, "Initiator", state, initiator_shown(upload.record));
  write_owner(xml, "Owner", state, upload.record.target.acl.owner);
  auto& storage_class = upload.record.target.storage_class;
  xml.element("StorageClass", storage_class.empty() ? "STANDARD" : storage_class);
  xml.element("PartNumberMarker", std::to_string(marker));
  xml.element("NextPartNumberMarker", std::to_string(page.parts.empty() ? marker : page.parts.back().number));
  xml.element("MaxParts", std::to_string(limit));
  xml.element("IsTruncated", page.truncated ? "true" : "false");
  if (upload.record.checksum_algorithm) {
    xml.element("ChecksumAlgorithm", crypto::name(*upload.record.checksum_algorithm));
    xml.element("ChecksumType", name(upload.record.checksum_type));
  }
  for (auto& part : page.parts) write_part(xml, part);
  xml.close();
  co_return xml_response(std::move(xml).str());
}

struct UploadsRequest {
  std::string prefix, delimiter, key_marker, id_marker;
  uint64_t limit = 1000;
  bool encode = false;
};

struct UploadsPage {
  std::vector<UploadRecord> uploads;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string next_key, next_id;
};

// The least place that the page can begin with.
std::string first_candidate(const UploadsRequest& request) {
  if (request.key_marker.empty() || request.key_marker < request.prefix) return upload_key(request.prefix, "");
  if (request.id_marker.empty()) return upload_key(request.key_marker + '\0', "");
  return upload_key(request.key_marker, request.id_marker + '\0');
}

// The common prefix that a key belongs to; empty where its uploads are listed themselves.
std::string common_prefix(const std::string& key, const UploadsRequest& request) {
  auto found = request.delimiter.empty() ? key.npos : key.find(request.delimiter, request.prefix.size());
  return found == key.npos ? std::string() : key.substr(0, found + request.delimiter.size());
}

// One seek for a common prefix, whatever lies under it: a page costs what it returns, and uploads completed lately.
base::Result<UploadsPage> walk(const meta::Reader& reader, const UploadsRequest& request) {
  UploadsPage page;
  auto cursor = reader.cursor();
  cursor->seek(first_candidate(request));
  while (cursor->valid() && cursor->key().front() == upload_prefix) {
    auto place = parse_upload_key(cursor->key());
    if (!place) return base::fail(base::Errc::corrupt, "an upload under a malformed key");
    if (!place->key.starts_with(request.prefix)) break;
    auto common = common_prefix(place->key, request);
    bool listed = !common.empty() && (common <= request.key_marker || (!page.prefixes.empty() && common == page.prefixes.back()));
    if (listed) {
      auto next = after_prefix(common);
      if (next.empty()) break;
      cursor->seek(upload_key(next, ""));
      continue;
    }
    TRY(upload, decode_upload(cursor->value()));
    if (!upload.completed_etag.empty()) {
      cursor->next();
      continue;
    }
    if (page.uploads.size() + page.prefixes.size() == request.limit) {
      page.truncated = true;
      break;
    }
    page.next_key = common.empty() ? place->key : common;
    page.next_id = common.empty() ? place->upload_id : "";
    if (common.empty())
      page.uploads.push_back(std::move(upload));
    else
      page.prefixes.push_back(common);
    cursor->next();
  }
  TRY_VOID(cursor->status());
  return page;
}

void write_upload(codec::XmlWriter& xml, const State& state, const UploadRecord& upload, bool encode) {
  xml.open("Upload");
  xml.element("Key", encode ? codec::percent_encode(upload.key, true) : upload.key);
  xml.element("UploadId", upload.id);
  write_owner(xml, "Initiator", state, initiator_shown(upload));
  write_owner(xml, "Owner", state, upload.target.acl.owner);
  xml.element("StorageClass", upload.target.storage_class.empty() ? "STANDARD" : upload.target.storage_class);
  xml.element("Initiated", codec::format_iso8601(upload.initiated));
  if (upload.checksum_algorithm) {
    xml.element("ChecksumAlgorithm", crypto::name(*upload.checksum_algorithm));
    xml.element("ChecksumType", name(upload.checksum_type));
  }
  xml.close();
}

Task<aws::Result<Response>> list_multipart_uploads(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  UploadsRequest request;
  request.prefix = call.query.find("prefix").value_or("");
  request.delimiter = call.query.find("delimiter").value_or("");
  request.key_marker = call.query.find("key-marker").value_or("");
  request.id_marker = call.query.find("upload-id-marker").value_or("");
  request.encode = call.query.find("encoding-type") == "url";
  CO_TRY(limit, parse_limit(call, "max-uploads"));
  request.limit = limit;
  auto work = [&](const meta::Reader& reader) { return walk(reader, request); };
  CO_TRY(page, aws::lift(co_await meta::read(state.meta(), partition_of(bucket->id), work)));
  auto shown = [&](std::string_view text) { return request.encode ? codec::percent_encode(text, true) : std::string(text); };
  codec::XmlWriter xml;
  xml.open("ListMultipartUploadsResult", s3_namespace);
  xml.element("Bucket", bucket->name);
  xml.element("KeyMarker", shown(request.key_marker));
  xml.element("UploadIdMarker", request.id_marker);
  if (page.truncated) {
    xml.element("NextKeyMarker", shown(page.next_key));
    xml.element("NextUploadIdMarker", page.next_id);
  }
  xml.element("Prefix", shown(request.prefix));
  if (!request.delimiter.empty()) xml.element("Delimiter", shown(request.delimiter));
  if (request.encode) xml.element("EncodingType", "url");
  xml.element("MaxUploads", std::to_string(limit));
  xml.element("IsTruncated", page.truncated ? "true" : "false");
  for (auto& upload : page.uploads) write_upload(xml, state, upload, request.encode);
  for (auto& prefix : page.prefixes) {
    xml.open("CommonPrefixes");
    xml.element("Prefix", shown(prefix));
    xml.close();
  }
  xml.close();
  co_return xml_response(std::move(xml).str());
}

}  // namespace

std::span<const Operation> multipart_listing_operations() {
  using aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"ListParts", Method::get, Target::object, "uploadId", "", "", "s3:ListMultipartUploadParts"}, list_parts},
      {{"ListMultipartUploads", Method::get, Target::bucket, "uploads", "", "", "s3:ListBucketMultipartUploads"}, list_multipart_uploads},
  };
  return rows;
}

}  // namespace s3
