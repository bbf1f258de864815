// CompleteMultipartUpload: parts become an object; no byte is moved.
#include <xxhash.h>
#include <xxh_x86dispatch.h>  // XXH3 with what the processor has

#include "aws/body.h"
#include "base/encoding.h"
#include "codec/numbers.h"
#include "crypto/digest.h"
#include "s3/access.h"
#include "s3/collector.h"
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

// A part as the client lists it.
struct Listed {
  uint32_t number = 0;
  std::string etag;      // hexadecimal, without quotes
  std::string checksum;  // base64, may be empty
};

std::string without_quotes(std::string text) {
  std::erase(text, '"');
  return text;
}

aws::Result<std::vector<Listed>> parse_parts(const std::string& document, std::optional<crypto::ChecksumAlgorithm> algorithm) {
  auto parsed = codec::parse_xml(document);
  if (!parsed || parsed->root().name() != "CompleteMultipartUpload") return aws::fail(ErrorCode::malformed_xml);
  std::vector<Listed> parts;
  for (auto element : parsed->root().children("Part")) {
    auto number = codec::parse_u64(element.child("PartNumber") ? element.child("PartNumber").text() : "");
    auto etag = element.child("ETag");
    if (!number || !etag || parts.size() == max_parts) return aws::fail(ErrorCode::malformed_xml);
    if (*number < 1 || *number > max_parts)
      return aws::fail(ErrorCode::invalid_argument, "PartNumber must be >= 1 and <= 10000", {{"ArgumentName", "PartNumber"}, {"ArgumentValue", std::to_string(*number)}});
    Listed listed{static_cast<uint32_t>(*number), without_quotes(etag.text()), {}};
    if (algorithm)
      if (auto checksum = element.child("Checksum" + std::string(crypto::name(*algorithm)))) listed.checksum = checksum.text();
    if (!parts.empty() && listed.number <= parts.back().number) return aws::fail(ErrorCode::invalid_part_order);
    parts.push_back(std::move(listed));
  }
  if (parts.empty()) return aws::fail(ErrorCode::malformed_xml);
  return parts;
}

bool matches(const Listed& listed, const PartRecord& part) {
  bool etag = listed.etag == base::to_hex(base::bytes(part.md5));
  bool checksum = listed.checksum.empty() || (part.checksum && listed.checksum == base::to_base64(base::bytes(part.checksum->value)));
  return etag && checksum;
}

// The stored parts that the list names, in its order.
aws::Result<std::vector<PartRecord>> choose(const std::vector<Listed>& listed, const std::vector<PartRecord>& stored) {
  std::vector<PartRecord> chosen;
  uint64_t total = 0;
  for (auto& one : listed) {
    auto found = std::ranges::lower_bound(stored, one.number, {}, &PartRecord::number);
    if (found == stored.end() || found->number != one.number || !matches(one, *found))
      return aws::fail(ErrorCode::invalid_part, {}, {{"PartNumber", std::to_string(one.number)}, {"ETag", one.etag}});
    total += found->size_bytes;
    chosen.push_back(*found);
  }
  for (size_t i = 0; i + 1 < chosen.size(); i++)
    if (chosen[i].size_bytes < min_part_bytes)
      return aws::fail(ErrorCode::entity_too_small, {}, {{"ProposedSize", std::to_string(chosen[i].size_bytes)}, {"MinSizeAllowed", std::to_string(min_part_bytes)}, {"PartNumber", std::to_string(chosen[i].number)}, {"ETag", base::to_hex(base::bytes(chosen[i].md5))}});
  if (total > max_object_bytes) return aws::fail(ErrorCode::entity_too_large);
  return chosen;
}

std::string multipart_etag(const std::vector<PartRecord>& parts) {
  std::string digests;
  for (auto& part : parts) digests += part.md5;
  return base::to_hex(base::bytes(crypto::md5(digests))) + "-" + std::to_string(parts.size());
}

std::string composite_value(crypto::ChecksumAlgorithm algorithm, const std::vector<PartRecord>& parts) {
  crypto::Checksum all(algorithm);
  for (auto& part : parts) all.update(base::bytes(part.checksum->value));
  return all.finish();
}

std::string full_value(crypto::ChecksumAlgorithm algorithm, const std::vector<PartRecord>& parts) {
  std::string value = parts.front().checksum->value;
  for (size_t i = 1; i < parts.size(); i++)
    value = crypto::combine(algorithm, value, parts[i].checksum->value, parts[i].size_bytes);
  return value;
}

// Nothing where a part has no checksum of the algorithm.
std::optional<StoredChecksum> object_checksum(const UploadRecord& upload, const std::vector<PartRecord>& parts) {
  auto algorithm = upload.checksum_algorithm.value_or(crypto::ChecksumAlgorithm::crc64nvme);
  bool all = std::ranges::all_of(parts, [&](auto& p) { return p.checksum && p.checksum->algorithm == algorithm; });
  if (!all) return std::nullopt;
  if (upload.checksum_type == ChecksumType::full_object) return StoredChecksum{algorithm, ChecksumType::full_object, full_value(algorithm, parts), 0};
  return StoredChecksum{algorithm, ChecksumType::composite, composite_value(algorithm, parts), static_cast<uint32_t>(parts.size())};
}

// The whole object's checksum or size, where the request says it.
aws::Result<> check_claims(const Call& call, const ObjectRecord& record) {
  TRY(claim, aws::checksum_header(call.exchange.head()));
  if (claim && record.checksum && record.checksum->algorithm == claim->algorithm) {
    auto claimed = claim->value.substr(0, claim->value.find('-'));
    if (claimed != base::to_base64(base::bytes(record.checksum->value)))
      return aws::fail(ErrorCode::bad_digest, "The " + std::string(crypto::name(claim->algorithm)) + " you specified did not match the calculated checksum.");
  }
  auto size = call.exchange.head().find("x-amz-mp-object-size");
  if (size && codec::parse_u64(*size) != record.size_bytes)
    return aws::fail(ErrorCode::invalid_request, "The provided 'x-amz-mp-object-size' header value " + std::string(*size) + " does not match what was computed: " + std::to_string(record.size_bytes));
  return {};
}

std::vector<Segment> segments_of(const std::vector<PartRecord>& parts) {
  std::vector<Segment> segments;
  for (auto& part : parts)
    segments.push_back({part.blob, part.size_bytes, part.number, part.checksum ? part.checksum->value : ""});
  return segments;
}

// What the outcome depends on, as it is stored: the upload and its parts.
base::Result<uint64_t> fingerprint(const meta::Reader& reader, const UploadRef& upload) {
  TRY(record, reader.get(upload.stored_key));
  uint64_t hash = 0;
  auto add = [&](std::string_view bytes) { hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash); };
  add(record.value_or(""));
  auto prefix = part_prefix(upload.record.id);
  auto cursor = reader.cursor();
  for (cursor->seek(prefix); cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    add(cursor->key());
    add(cursor->value());
  }
  TRY_VOID(cursor->status());
  return hash;
}

// A completion as it can be told from what is stored.
struct Plan {
  UploadRef upload;
  uint64_t fingerprint = 0;
  bool again = false;                // it had been completed before: nothing to do
  ObjectRecord record;               // the object; if `again`, only its ETag
  std::vector<PartRecord> stored;    // all parts of the upload
  std::vector<Segment> segments;     // the parts that the object consists of
};

aws::Result<Plan> make_plan(const Call& call, const BucketRecord& bucket, const std::string& upload_id, const meta::Reader& reader) {
  Plan plan;
  TRY(upload, find_upload(reader, call.key, upload_id));
  TRY_VOID(may_on_upload(bucket, upload.record, call.caller()));
  plan.upload = std::move(upload);
  TRY(seen, aws::lift(fingerprint(reader, plan.upload)));
  plan.fingerprint = seen;
  auto& said = plan.upload.record;
  TRY(listed, parse_parts(call.document, said.checksum_algorithm));
  plan.again = !said.completed_etag.empty();
  if (plan.again) {
    plan.record.etag = said.completed_etag;
    return plan;
  }
  TRY(stored, parts_of(reader, upload_id));
  TRY(parts, choose(listed, stored));
  plan.record = said.target;
  for (auto& part : parts) plan.record.size_bytes += part.size_bytes;
  plan.record.modified = std::chrono::floor<std::chrono::seconds>(call.now);
  plan.record.etag = multipart_etag(parts);
  plan.record.checksum = object_checksum(said, parts);
  plan.record.part_count = static_cast<uint32_t>(parts.size());
  plan.record.layout = Layout::segmented;
  TRY_VOID(check_claims(call, plan.record));
  plan.stored = std::move(stored);
  plan.segments = segments_of(parts);
  return plan;
}

// Makes the plan come true. All writers wait meanwhile, so that a plan is made before; anew only if it is out of date.
aws::Result<> complete(const Call& call, const BucketRecord& bucket, const std::string& upload_id, const WriteConditions& conditions, Plan& plan,
                       const meta::Reader& before, meta::Batch& batch) {
  TRY(upload, find_upload(before, call.key, upload_id));
  TRY(now, aws::lift(fingerprint(before, upload)));
  if (now != plan.fingerprint) {
    TRY(another, make_plan(call, bucket, upload_id, before));
    plan = std::move(another);
  }
  if (plan.again) return {};
  TRY_VOID(replace_object(before, batch, call.key, plan.record, conditions));
  batch.put(segments_key(plan.record.id), encode(plan.segments));
  TRY_VOID(remove_parts(batch, upload_id, plan.stored, plan.segments));
  upload.record.completed_etag = plan.record.etag;  // kept for a client that lost the answer, until the collector's time
  upload.record.target.modified = plan.record.modified;
  batch.put(upload.stored_key, encode(upload.record));
  return {};
}

Task<aws::Result<Response>> complete_multipart_upload(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(conditions, write_conditions(call));
  auto upload_id = std::string(call.query.find("uploadId").value_or(""));
  auto work = [&](const meta::Reader& reader) { return make_plan(call, *bucket, upload_id, reader); };
  CO_TRY(plan, co_await meta::read(state.meta(), partition_of(bucket->id), work));
  if (!plan.again)
    CO_TRY_VOID(co_await commit(state, *bucket, [&](const meta::Reader& before, meta::Batch& batch) {
      return complete(call, *bucket, upload_id, conditions, plan, before, batch);
    }));
  codec::XmlWriter xml;
  xml.open("CompleteMultipartUploadResult", s3_namespace);
  xml.element("Location", location_of(call));
  xml.element("Bucket", bucket->name);
  xml.element("Key", call.key);
  xml.element("ETag", quoted_etag(plan.record.etag));
  if (auto& checksum = plan.record.checksum) write_checksum(xml, *checksum);
  xml.close();
  co_return xml_response(std::move(xml).str());
}

}  // namespace

std::span<const Operation> multipart_complete_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"CompleteMultipartUpload", Method::post, Target::object, "uploadId", "", "", "s3:PutObject", BodyKind::document, 4 << 20, true},
       complete_multipart_upload},
  };
  return rows;
}

}  // namespace s3
