// ListObjects, ListObjectsV2.
#include "base/encoding.h"
#include "codec/numbers.h"
#include "codec/percent.h"
#include "codec/time.h"
#include "s3/keyspace.h"
#include "s3/object_headers.h"
#include "s3/operations.h"
#include "s3/state.h"
#include "s3/xml.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

namespace {

constexpr uint64_t page_limit = 1000;

struct Request {
  std::string prefix, delimiter, after;  // keys and prefixes up to and including `after` are passed over
  uint64_t limit = page_limit;
  bool encode = false, v2 = false, with_owner = false;
};

// What is said of an object: a page of whole records could be large.
struct Entry {
  Entry(std::string_view named, const ObjectRecord& record)
      : key(named), etag(record.etag), owner(record.acl.owner), storage_class(record.storage_class), size_bytes(record.size_bytes), modified(record.modified) {
    if (record.checksum) checksum = {record.checksum->algorithm, record.checksum->type};
  }
  std::string key, etag, owner, storage_class;
  uint64_t size_bytes;
  base::Time modified;
  std::optional<std::pair<crypto::ChecksumAlgorithm, ChecksumType>> checksum;
};

struct Page {
  std::vector<Entry> entries;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string last;  // key or prefix that the page ends with
};

// What can be skipped at once: all keys of a common prefix that `after` is, or lies in.
std::string first_candidate(const Request& request) {
  if (request.after < request.prefix) return request.prefix;
  auto rest = std::string_view(request.after).substr(std::min(request.prefix.size(), request.after.size()));
  auto found = request.delimiter.empty() ? rest.npos : rest.find(request.delimiter);
  bool is_prefix = found != rest.npos && found + request.delimiter.size() == rest.size();
  return is_prefix && request.after.starts_with(request.prefix) ? after_prefix(request.after) : request.after + '\0';
}

// The common prefix that a key belongs to; empty where it is listed itself.
std::string_view common_prefix(std::string_view key, const Request& request) {
  if (request.delimiter.empty()) return {};
  auto found = key.find(request.delimiter, request.prefix.size());
  return found == key.npos ? std::string_view() : key.substr(0, found + request.delimiter.size());
}

// One seek for a common prefix, whatever lies under it: a page costs what it returns.
base::Result<Page> walk(const meta::Reader& reader, const Request& request) {
  Page page;
  if (!request.limit) return page;
  auto cursor = reader.cursor();
  cursor->seek(object_key(first_candidate(request)));
  while (cursor->valid() && cursor->key().front() == object_prefix) {
    auto key = cursor->key().substr(1);
    if (!key.starts_with(request.prefix)) break;
    if (page.entries.size() + page.prefixes.size() == request.limit) {
      page.truncated = true;
      break;
    }
    if (auto common = common_prefix(key, request); !common.empty()) {
      page.last = page.prefixes.emplace_back(common);
      auto next = after_prefix(page.last);
      if (next.empty()) break;
      cursor->seek(object_key(next));
      continue;
    }
    TRY(record, decode_object(cursor->value()));
    page.last = page.entries.emplace_back(key, record).key;
    cursor->next();
  }
  TRY_VOID(cursor->status());
  return page;
}

aws::Result<Request> parse_common(const Call& call) {
  Request request;
  auto& query = call.query;
  request.prefix = query.find("prefix").value_or("");
  request.delimiter = query.find("delimiter").value_or("");
  auto limit = query.find("max-keys").value_or("1000");
  auto number = codec::parse_u64(limit.empty() ? "1000" : limit);
  if (!number || *number > INT32_MAX)
    return aws::fail(ErrorCode::invalid_argument, "Provided max-keys not an integer or within integer range",
                     {{"ArgumentName", "max-keys"}, {"ArgumentValue", std::string(limit)}});
  request.limit = std::min(*number, page_limit);
  auto encoding = query.find("encoding-type");
  if (encoding && *encoding != "url")
    return aws::fail(ErrorCode::invalid_argument, "Invalid Encoding Method specified in Request",
                     {{"ArgumentName", "encoding-type"}, {"ArgumentValue", std::string(*encoding)}});
  request.encode = encoding.has_value();
  return request;
}

// What appears in the answer for a key or prefix.
std::string shown(const Request& request, std::string_view text) {
  return request.encode ? codec::percent_encode(text, true) : std::string(text);
}

void write_entry(codec::XmlWriter& xml, const State& state, const Request& request, const Entry& entry) {
  xml.open("Contents");
  xml.element("Key", shown(request, entry.key));
  xml.element("LastModified", codec::format_iso8601(entry.modified));
  xml.element("ETag", quoted_etag(entry.etag));
  if (entry.checksum) {
    xml.element("ChecksumAlgorithm", crypto::name(entry.checksum->first));
    xml.element("ChecksumType", name(entry.checksum->second));
  }
  xml.element("Size", std::to_string(entry.size_bytes));
  if (request.with_owner) write_owner(xml, "Owner", state, entry.owner);
  xml.element("StorageClass", entry.storage_class.empty() ? "STANDARD" : entry.storage_class);
  xml.close();
}

void write_page(codec::XmlWriter& xml, const State& state, const Request& request, const Page& page) {
  xml.element("MaxKeys", std::to_string(request.limit));
  if (!request.delimiter.empty()) xml.element("Delimiter", shown(request, request.delimiter));
  if (request.encode) xml.element("EncodingType", "url");
  xml.element("IsTruncated", page.truncated ? "true" : "false");
  for (auto& entry : page.entries) write_entry(xml, state, request, entry);
  for (auto& prefix : page.prefixes) {
    xml.open("CommonPrefixes");
    xml.element("Prefix", shown(request, prefix));
    xml.close();
  }
}

Task<aws::Result<Page>> read_page(State& state, const BucketRecord& bucket, const Request& request) {
  auto work = [&](const meta::Reader& reader) { return walk(reader, request); };
  co_return aws::lift(co_await meta::read(state.meta(), partition_of(bucket.id), work));
}

Task<aws::Result<Response>> list_objects(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(request, parse_common(call));
  auto marker = call.query.find("marker").value_or("");
  request.after = marker;
  request.with_owner = true;
  CO_TRY(page, co_await read_page(state, *bucket, request));
  codec::XmlWriter xml;
  xml.open("ListBucketResult", s3_namespace);
  xml.element("Name", bucket->name);
  xml.element("Prefix", shown(request, request.prefix));
  xml.element("Marker", shown(request, marker));
  // Without a delimiter the client knows the last key itself; the answer says it anyway, which AWS allows.
  if (page.truncated && !request.delimiter.empty()) xml.element("NextMarker", shown(request, page.last));
  write_page(xml, state, request, page);
  xml.close();
  auto response = xml_response(std::move(xml).str());
  response.headers.add("x-amz-bucket-region", bucket->region);
  co_return response;
}

// Tokens are opaque to clients: base64 of where the last page ended.
aws::Result<std::string> decode_token(std::string_view token) {
  auto decoded = base::from_base64(token);
  if (decoded && !decoded->empty()) return *decoded;
  return aws::fail(ErrorCode::invalid_argument, "The continuation token provided is incorrect",
                   {{"ArgumentName", "continuation-token"}, {"ArgumentValue", std::string(token)}});
}

Task<aws::Result<Response>> list_objects_v2(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(request, parse_common(call));
  auto token = call.query.find("continuation-token");
  auto start = call.query.find("start-after").value_or("");
  request.after = start;
  request.with_owner = call.query.find("fetch-owner") == "true";
  if (token) {
    CO_TRY(after, decode_token(*token));
    request.after = std::move(after);
  }
  CO_TRY(page, co_await read_page(state, *bucket, request));
  codec::XmlWriter xml;
  xml.open("ListBucketResult", s3_namespace);
  xml.element("Name", bucket->name);
  xml.element("Prefix", shown(request, request.prefix));
  xml.element("KeyCount", std::to_string(page.entries.size() + page.prefixes.size()));
  if (token) xml.element("ContinuationToken", *token);
  if (page.truncated) xml.element("NextContinuationToken", base::to_base64(base::bytes(page.last)));
  if (!start.empty()) xml.element("StartAfter", shown(request, start));
  write_page(xml, state, request, page);
  xml.close();
  auto response = xml_response(std::move(xml).str());
  response.headers.add("x-amz-bucket-region", bucket->region);
  co_return response;
}

}  // namespace

std::span<const Operation> listing_operations() {
  using aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"ListObjects", Method::get, Target::bucket, "", "", "", "s3:ListBucket"}, list_objects},
      {{"ListObjectsV2", Method::get, Target::bucket, "list-type=2", "", "", "s3:ListBucket"}, list_objects_v2},
  };
  return rows;
}

}  // namespace s3
