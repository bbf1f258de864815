// CreateMultipartUpload, UploadPart, AbortMultipartUpload, and what the other operations on uploads share.
#include "s3/multipart.h"

#include <set>

#include "base/encoding.h"
#include "base/random.h"
#include "codec/numbers.h"
#include "s3/access.h"
#include "s3/collector.h"
#include "s3/keyspace.h"
#include "s3/names.h"
#include "s3/object_headers.h"
#include "s3/operations.h"
#include "s3/xml.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

aws::Result<UploadRef> find_upload(const meta::Reader& reader, std::string_view key, std::string_view upload_id) {
  UploadRef found{upload_key(key, upload_id), {}};
  TRY(stored, aws::lift(reader.get(found.stored_key)));
  if (!stored) return aws::fail(ErrorCode::no_such_upload, {}, {{"UploadId", std::string(upload_id)}});
  TRY(record, aws::lift(decode_upload(*stored)));
  found.record = std::move(record);
  return found;
}

Task<aws::Result<UploadRef>> read_upload(State& state, const BucketRecord& bucket, const Call& call) {
  auto upload_id = call.query.find("uploadId").value_or("");
  UploadRef found{upload_key(call.key, upload_id), {}};
  CO_TRY(stored, aws::lift(co_await meta::get(state.meta(), partition_of(bucket.id), found.stored_key)));
  if (!stored) co_return aws::fail(ErrorCode::no_such_upload, {}, {{"UploadId", std::string(upload_id)}});
  CO_TRY(record, aws::lift(decode_upload(*stored)));
  CO_TRY_VOID(may_on_upload(bucket, record, call.caller()));
  found.record = std::move(record);
  co_return found;
}

aws::Result<uint32_t> part_number(const Call& call) {
  auto text = call.query.find("partNumber").value_or("");
  auto number = codec::parse_u64(text);
  if (number && *number >= 1 && *number <= max_parts) return static_cast<uint32_t>(*number);
  return aws::fail(ErrorCode::invalid_argument, "Part number must be an integer between 1 and 10000, inclusive",
                   {{"ArgumentName", "partNumber"}, {"ArgumentValue", std::string(text)}});
}

aws::Result<std::vector<PartRecord>> parts_of(const meta::Reader& reader, std::string_view upload_id) {
  std::vector<PartRecord> parts;
  auto prefix = part_prefix(upload_id);
  auto cursor = reader.cursor();
  for (cursor->seek(prefix); cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    TRY(part, aws::lift(decode_part(cursor->value())));
    parts.push_back(std::move(part));
  }
  TRY_VOID(aws::lift(cursor->status()));
  return parts;
}

aws::Result<> remove_parts(meta::Batch& batch, const std::string& upload_id, const std::vector<PartRecord>& parts,
                           const std::vector<Segment>& keep) {
  std::set<std::string_view> kept;
  for (auto& segment : keep) kept.insert(segment.blob);
  for (auto& part : parts) {
    if (!part.blob.empty() && !kept.contains(part.blob)) batch.put(garbage_key(part.blob), "");
    batch.erase(part_key(upload_id, part.number));
  }
  return {};
}

Task<aws::Result<>> put_part(State& state, const BucketRecord& bucket, const UploadRef& upload, const PartRecord& part,
                             const TakenIn& bytes) {
  auto done = co_await commit(state, bucket, [&](const meta::Reader& before, meta::Batch& batch) -> aws::Result<> {
    TRY(current, find_upload(before, upload.record.key, upload.record.id));
    if (!current.record.completed_etag.empty()) return aws::fail(ErrorCode::no_such_upload, {}, {{"UploadId", upload.record.id}});
    auto key = part_key(upload.record.id, part.number);
    TRY(stored, aws::lift(before.get(key)));
    if (stored) {
      TRY(old, aws::lift(decode_part(*stored)));
      if (!old.blob.empty()) batch.put(garbage_key(old.blob), "");
    }
    batch.put(key, encode(part));
    return {};
  });
  co_await conclude(state, bytes, done);
  co_return done;
}

namespace {

aws::Result<ChecksumType> checksum_type(const Call& call, std::optional<crypto::ChecksumAlgorithm> algorithm) {
  using crypto::ChecksumAlgorithm;
  bool crc64 = algorithm == ChecksumAlgorithm::crc64nvme;
  bool sha = algorithm == ChecksumAlgorithm::sha1 || algorithm == ChecksumAlgorithm::sha256;
  auto asked = call.exchange.head().find("x-amz-checksum-type");
  if (!asked) return crc64 || !algorithm ? ChecksumType::full_object : ChecksumType::composite;
  bool full = *asked == "FULL_OBJECT";
  if ((!full && *asked != "COMPOSITE") || !algorithm)
    return aws::fail(ErrorCode::invalid_request, "Value for x-amz-checksum-type header is invalid.");
  if ((full && sha) || (!full && crc64))
    return aws::fail(ErrorCode::invalid_request, "The " + std::string(*asked) + " checksum type cannot be used with the " +
                                                     std::string(crypto::name(*algorithm)) + " checksum algorithm.");
  return full ? ChecksumType::full_object : ChecksumType::composite;
}

Task<aws::Result<Response>> create_multipart_upload(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(check_key(call.key));
  UploadRecord upload;
  upload.id = base::random_hex(upload_id_digits);
  upload.key = call.key;
  upload.initiated = std::chrono::floor<std::chrono::seconds>(call.now);
  upload.initiator = call.caller().canonical_id;  // none of an anonymous caller
  CO_TRY(target, new_object_record(state, sender_of(call), *bucket));
  upload.target = std::move(target);
  CO_TRY(algorithm, checksum_algorithm(call.exchange.head()));
  upload.checksum_algorithm = algorithm;
  CO_TRY(type, checksum_type(call, algorithm));
  upload.checksum_type = type;
  CO_TRY_VOID(co_await commit(state, *bucket, [&](const meta::Reader&, meta::Batch& batch) -> aws::Result<> {
    batch.put(upload_key(upload.key, upload.id), encode(upload));
    return {};
  }));
  codec::XmlWriter xml;
  xml.open("InitiateMultipartUploadResult", s3_namespace);
  xml.element("Bucket", bucket->name);
  xml.element("Key", upload.key);
  xml.element("UploadId", upload.id);
  xml.close();
  auto response = xml_response(std::move(xml).str());
  if (algorithm) {
    response.headers.add("x-amz-checksum-algorithm", crypto::name(*algorithm));
    response.headers.add("x-amz-checksum-type", name(type));
  }
  co_return response;
}

// A part carries the checksum that its upload was begun with; one without a claim gets what was computed.
aws::Result<std::optional<StoredChecksum>> part_checksum(const UploadRecord& upload, const Call& call, const TakenIn& bytes) {
  auto& claim = call.body->checksum();
  if (claim && upload.checksum_algorithm && claim->algorithm != *upload.checksum_algorithm)
    return aws::fail(ErrorCode::invalid_request, "Checksum Type mismatch occurred, expected checksum Type: " +
                                                     std::string(crypto::name(*upload.checksum_algorithm)) + ", actual checksum Type: " +
                                                     std::string(crypto::name(claim->algorithm)));
  if (claim) return stored_checksum(*claim);
  if (upload.checksum_algorithm.value_or(crypto::ChecksumAlgorithm::crc64nvme) != crypto::ChecksumAlgorithm::crc64nvme) return std::nullopt;
  return StoredChecksum{crypto::ChecksumAlgorithm::crc64nvme, ChecksumType::full_object, bytes.crc64nvme, 0};
}

Task<aws::Result<Response>> upload_part(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(number, part_number(call));
  CO_TRY(upload, co_await read_upload(state, *bucket, call));
  auto owner = owner_of_part(*bucket, upload.record.id, number, upload.record.key);
  CO_TRY(bytes, co_await take_in(state, *call.body, owner, Inlining::never));
  auto checksum = part_checksum(upload.record, call, bytes);
  if (!checksum) {
    co_await give_up(state, bytes);
    co_return std::unexpected(checksum.error());
  }
  PartRecord part{number, bytes.size_bytes, std::chrono::floor<std::chrono::seconds>(call.now), bytes.md5, bytes.blob, *checksum};
  CO_TRY_VOID(co_await put_part(state, *bucket, upload, part, bytes));
  Response response;
  response.headers.add("ETag", quoted_etag(base::to_hex(base::bytes(part.md5))));
  if (part.checksum && (upload.record.checksum_algorithm || call.body->checksum()))
    response.headers.add(crypto::header_name(part.checksum->algorithm), checksum_text(*part.checksum));
  co_return response;
}

Task<aws::Result<Response>> abort_multipart_upload(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  auto upload_id = std::string(call.query.find("uploadId").value_or(""));
  CO_TRY_VOID(co_await commit(state, *bucket, [&](const meta::Reader& before, meta::Batch& batch) -> aws::Result<> {
    TRY(upload, find_upload(before, call.key, upload_id));
    TRY_VOID(may_on_upload(*bucket, upload.record, call.caller()));
    TRY(parts, parts_of(before, upload_id));
    TRY_VOID(remove_parts(batch, upload_id, parts, {}));
    batch.erase(upload.stored_key);
    return {};
  }));
  co_return empty_response(204);
}

}  // namespace

std::span<const Operation> multipart_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"CreateMultipartUpload", Method::post, Target::object, "uploads", "", "", "s3:PutObject"}, create_multipart_upload},
      {{"UploadPart", Method::put, Target::object, "uploadId", "partNumber", "", "s3:PutObject", BodyKind::stream}, upload_part},
      {{"AbortMultipartUpload", Method::del, Target::object, "uploadId", "", "", "s3:AbortMultipartUpload"}, abort_multipart_upload},
  };
  return rows;
}

}  // namespace s3
