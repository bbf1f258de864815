// CopyObject, UploadPartCopy.
#include "base/encoding.h"
#include "codec/time.h"
#include "s3/access.h"
#include "s3/copy_source.h"
#include "s3/keyspace.h"
#include "s3/multipart.h"
#include "s3/names.h"
#include "s3/object_headers.h"
#include "s3/operations.h"
#include "s3/transaction.h"
#include "s3/xml.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;
using crypto::ChecksumAlgorithm;

namespace {

// Whether something comes from the source or from the request.
enum class Directive { copy, replace };

aws::Result<Directive> directive(const Call& call, std::string_view subject) {
  auto header = "x-amz-" + std::string(subject) + "-directive";
  auto value = call.exchange.head().find(header).value_or("COPY");
  if (value == "COPY") return Directive::copy;
  if (value == "REPLACE") return Directive::replace;
  return aws::fail(ErrorCode::invalid_argument, "Unknown " + std::string(subject) + " directive.",
                   {{"ArgumentName", header}, {"ArgumentValue", std::string(value)}});
}

struct Directives {
  Directive metadata, tagging;
};

aws::Result<Directives> directives(const Call& call) {
  TRY(metadata, directive(call, "metadata"));
  TRY(tagging, directive(call, "tagging"));
  return Directives{metadata, tagging};
}

aws::Result<> check_size(uint64_t size_bytes) {
  if (size_bytes <= max_put_bytes) return {};
  return aws::fail(ErrorCode::invalid_request, "The specified copy source is larger than the maximum allowable size for a copy source: " +
                                                   std::to_string(max_put_bytes));
}

// A copy onto itself is how metadata is changed, so that one which changes nothing is taken for a mistake.
aws::Result<> check_changes(const Call& call, const CopySource& source, const Directives& wanted) {
  bool onto_itself = source.bucket == call.bucket && source.key == call.key;
  bool changes = wanted.metadata == Directive::replace || call.has_header("x-amz-storage-class") || call.has_header(redirect_location_header);
  if (!onto_itself || changes) return {};
  return aws::fail(ErrorCode::invalid_request, "This copy request is illegal because it is trying to copy an object to itself without changing the "
                                               "object's metadata, storage class, website redirect location or encryption attributes.");
}

void copy_metadata(const ObjectRecord& source, const http::RequestHead& said, ObjectRecord& record) {
  record.content_type = source.content_type;
  record.metadata = source.metadata;
  for (auto& [header, value] : source.headers)
    if (header != redirect_location_header) record.headers.emplace_back(header, value);
  if (auto value = said.find(redirect_location_header)) record.headers.emplace_back(redirect_location_header, *value);
}

// Tags are the bucket owner's to know, even those of an object that everybody may read.
aws::Result<> copy_tags(const State& state, const Call& call, const CopySource& from, const ObjectRecord& source, ObjectRecord& record) {
  if (source.tags.empty()) return {};
  auto bucket = state.buckets.find(from.bucket);
  if (!bucket) return aws::fail(ErrorCode::no_such_bucket, {}, {{"BucketName", from.bucket}});
  TRY_VOID(may_configure(*bucket, call.caller()));
  record.tags = source.tags;
  return {};
}

// What the new object says of itself, from the source or from the request.
aws::Result<> describe(const State& state, const Call& call, const Directives& wanted, const CopySource& from, const ObjectRecord& source,
                       ObjectRecord& record) {
  auto& said = call.exchange.head();
  if (wanted.metadata == Directive::copy) {
    copy_metadata(source, said, record);
    TRY_VOID(check_standard_headers(record));
  } else {
    TRY_VOID(take_metadata(said, record));
  }
  if (wanted.tagging == Directive::replace) return take_tags(said, record);
  return copy_tags(state, call, from, source, record);
}

Response copy_response(std::string_view element, std::string_view etag, base::Time modified, const std::optional<StoredChecksum>& checksum) {
  codec::XmlWriter xml;
  xml.open(element, s3_namespace);
  xml.element("LastModified", codec::format_iso8601(modified));
  xml.element("ETag", quoted_etag(etag));
  if (checksum) write_checksum(xml, *checksum);
  xml.close();
  return xml_response(std::move(xml).str());
}

// Whether the conditions hold as yet: the transaction decides, but it comes after all the bytes, and after a 200 if they took long.
Task<aws::Result<>> expect_conditions(State& state, const BucketRecord& bucket, const std::string& key, const WriteConditions& conditions) {
  if (!conditions.if_absent && !conditions.if_match) co_return aws::Result<>();
  auto work = [&](const meta::Reader& now) -> aws::Result<> {
    TRY(current, current_object(now, key));
    return check_write_conditions(conditions, current);
  };
  co_return co_await meta::read(state.meta(), partition_of(bucket.id), work);
}

Task<aws::Result<Response>> copy_object(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(check_key(call.key));
  CO_TRY(conditions, write_conditions(call));
  CO_TRY(source, parse_copy_source(call.header("x-amz-copy-source")));
  CO_TRY(wanted, directives(call));
  CO_TRY_VOID(check_changes(call, source, wanted));
  CO_TRY(algorithm, checksum_algorithm(call.exchange.head()));
  CO_TRY(bare, bare_object_record(state, sender_of(call), *bucket));
  ObjectRecord record;
  // All that can be refused is, before the bytes are copied.
  auto choose = [&](const ObjectRecord& from) -> aws::Result<Portion> {
    TRY_VOID(check_size(from.size_bytes));
    record = bare;
    TRY_VOID(describe(state, call, wanted, source, from, record));
    auto kept = from.checksum ? from.checksum->algorithm : ChecksumAlgorithm::crc64nvme;
    return Portion{{0, from.size_bytes}, algorithm.value_or(kept)};
  };
  CO_TRY_VOID(co_await expect_conditions(state, *bucket, call.key, conditions));
  CO_TRY(copied, co_await take_in_copy(state, call, source, owner_of_object(*bucket, call.key), Inlining::allowed, choose));
  record.checksum = copied.checksum;
  CO_TRY_VOID(co_await put_record(state, *bucket, call.key, record, copied.bytes, conditions));
  co_return copy_response("CopyObjectResult", record.etag, record.modified, record.checksum);
}

// The stretch that a part is a copy of: the whole source where no range is given.
aws::Result<ByteRange> part_range(const Call& call, const ObjectRecord& source) {
  ByteRange range{0, source.size_bytes};
  if (auto header = call.exchange.head().find("x-amz-copy-source-range")) {
    TRY(asked, parse_copy_range(*header, source.size_bytes));
    range = asked;
  }
  TRY_VOID(check_size(range.length));
  return range;
}

Task<aws::Result<Response>> upload_part_copy(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(number, part_number(call));
  CO_TRY(source, parse_copy_source(call.header("x-amz-copy-source")));
  CO_TRY(upload, co_await read_upload(state, *bucket, call));
  auto choose = [&](const ObjectRecord& from) -> aws::Result<Portion> {
    TRY(range, part_range(call, from));
    return Portion{range, upload.record.checksum_algorithm.value_or(ChecksumAlgorithm::crc64nvme)};
  };
  auto owner = owner_of_part(*bucket, upload.record.id, number, upload.record.key);
  CO_TRY(copied, co_await take_in_copy(state, call, source, owner, Inlining::never, choose));
  auto& bytes = copied.bytes;
  PartRecord part{number, bytes.size_bytes, std::chrono::floor<std::chrono::seconds>(call.now), bytes.md5, bytes.blob, copied.checksum};
  CO_TRY_VOID(co_await put_part(state, *bucket, upload, part, bytes));
  auto shown = upload.record.checksum_algorithm ? part.checksum : std::nullopt;
  co_return copy_response("CopyPartResult", base::to_hex(base::bytes(part.md5)), part.modified, shown);
}

}  // namespace

std::span<const Operation> copy_operations() {
  using aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"CopyObject", Method::put, Target::object, "", "", "x-amz-copy-source", "s3:PutObject"}, copy_object},
      {{"UploadPartCopy", Method::put, Target::object, "uploadId", "partNumber", "x-amz-copy-source", "s3:PutObject"}, upload_part_copy},
  };
  return rows;
}

}  // namespace s3
