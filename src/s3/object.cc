// PutObject, GetObject, HeadObject, DeleteObject.
#include "s3/object.h"

#include <xxhash.h>
#include <xxh_x86dispatch.h>  // XXH3 with what the processor has

#include "base/encoding.h"
#include "codec/numbers.h"
#include "s3/access.h"
#include "s3/collector.h"
#include "s3/keyspace.h"
#include "s3/names.h"
#include "s3/object_content.h"
#include "s3/object_headers.h"
#include "s3/operations.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

Task<aws::Result<>> put_record(State& state, const BucketRecord& bucket, const std::string& key, ObjectRecord& record,
                               TakenIn& bytes, const WriteConditions& conditions) {
  record.size_bytes = bytes.size_bytes;
  record.layout = bytes.blob.empty() ? Layout::inlined : Layout::blob;
  record.blob = bytes.blob;
  if (record.etag.empty()) record.etag = base::to_hex(base::bytes(bytes.md5));
  if (!record.checksum) record.checksum = StoredChecksum{crypto::ChecksumAlgorithm::crc64nvme, ChecksumType::full_object, bytes.crc64nvme, 0};
  if (record.layout == Layout::inlined) record.inline_hash = XXH3_64bits(bytes.data.data(), bytes.data.size());
  auto done = co_await commit(state, bucket, [&](const meta::Reader& before, meta::Batch& batch) -> aws::Result<> {
    TRY_VOID(replace_object(before, batch, key, record, conditions));
    if (!bytes.data.empty()) batch.put(data_key(record.id), bytes.data);
    return {};
  });
  co_await conclude(state, bytes, done);
  co_return done;
}

namespace {

Task<aws::Result<Response>> put_object(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(check_key(call.key));
  CO_TRY(conditions, write_conditions(call));
  CO_TRY(record, new_object_record(state, sender_of(call), *bucket));
  CO_TRY(bytes, co_await take_in(state, *call.body, owner_of_object(*bucket, call.key), Inlining::allowed));
  if (auto& claim = call.body->checksum()) record.checksum = stored_checksum(*claim);
  CO_TRY_VOID(co_await put_record(state, *bucket, call.key, record, bytes, conditions));
  Response response;
  response.headers.add("ETag", quoted_etag(record.etag));
  add_checksum_headers(*record.checksum, response.headers);
  co_return response;
}

// What of an object a request asks for.
struct Wanted {
  ByteRange range;
  int status = 200;
  uint32_t part = 0;  // asked for by number
};

aws::Result<uint32_t> parse_part_number(const Call& call) {
  auto number = codec::parse_u64(*call.query.find("partNumber"));
  if (!number || *number < 1 || *number > 10'000)
    return aws::fail(ErrorCode::invalid_argument, "Part number must be an integer between 1 and 10000, inclusive",
                     {{"ArgumentName", "partNumber"}, {"ArgumentValue", std::string(*call.query.find("partNumber"))}});
  return static_cast<uint32_t>(*number);
}

// The stretch that the n-th part of the object is; an object that was not uploaded in parts has one.
aws::Result<Wanted> wanted_part(const Call& call, const ObjectRecord& record, const std::vector<Segment>& segments) {
  TRY(number, parse_part_number(call));
  if (call.has_header("Range"))
    return aws::fail(ErrorCode::invalid_request, "Cannot specify both Range header and partNumber query parameter");
  Wanted wanted{{0, record.size_bytes}, 206, number};
  if (!record.part_count) {
    if (number == 1) return wanted;
    return aws::fail(ErrorCode::invalid_part_number);
  }
  uint64_t offset = 0;
  for (auto& segment : segments) {
    if (segment.part == number) {
      wanted.range = {offset, segment.size_bytes};
      return wanted;
    }
    offset += segment.size_bytes;
  }
  return aws::fail(ErrorCode::invalid_part_number);
}

aws::Result<Wanted> wanted_range(const Call& call, const ObjectRecord& record) {
  Wanted all{{0, record.size_bytes}, 200, 0};
  auto header = call.exchange.head().find("Range");
  if (!header || !if_range_holds(call, record)) return all;
  TRY(range, parse_range(*header, record.size_bytes));
  if (!range) return all;
  return Wanted{*range, 206, 0};
}

http::HeaderList headers_for(const Call& call, const CachedObject& object) {
  if (overrides_headers(call)) return overridden_headers(call, object.record());
  http::HeaderList headers;
  headers.append_bytes(object.headers());
  return headers;
}

void describe(const Call& call, const CachedObject& object, const Wanted& wanted, Response& response) {
  auto& record = object.record();
  response.status = wanted.status;
  response.headers = headers_for(call, object);
  if (wanted.status == 206 && record.size_bytes)
    response.headers.add("Content-Range", "bytes " + std::to_string(wanted.range.offset) + "-" +
                                              std::to_string(wanted.range.offset + wanted.range.length - 1) + "/" +
                                              std::to_string(record.size_bytes));
  if (wanted.part && record.part_count) response.headers.add("x-amz-mp-parts-count", record.part_count);
  bool whole = wanted.range.length == record.size_bytes;
  if (whole && record.checksum && http::equal_ignoring_case(call.header("x-amz-checksum-mode"), "ENABLED"))
    add_checksum_headers(*record.checksum, response.headers);
}

Response not_modified(const Call& call, const CachedObject& object) {
  Response response = empty_response(304);
  response.headers = headers_for(call, object);
  return response;
}

// Response-* parameters need a signature: else anyone could make a public object answer with headers of their choice.
aws::Result<> check_overrides(const Call& call) {
  if (!call.caller().anonymous() || call.query.all().empty()) return {};
  for (auto& parameter : call.query.all())
    if (parameter.name.starts_with("response-"))
      return aws::fail(ErrorCode::invalid_request, "Request specific response headers cannot be used for anonymous GET requests.");
  return {};
}

enum class With { body, head_only };

using ObjectPointer = std::shared_ptr<const CachedObject>;

// The call's object from the store, and then kept in memory; of a small one with its bytes, if they are wanted.
// **Errors** operation_aborted where it was replaced while it was read.
Task<aws::Result<ObjectPointer>> load_object(State& state, const Call& call, const BucketRecord& bucket, With with) {
  auto ticket = state.cache.begin_read(bucket.id, call.key);
  CO_TRY(record, co_await read_object_record(state, call, bucket, call.key));
  bool with_data = record.layout == Layout::inlined && with == With::body;
  std::string data;
  if (with_data) {
    CO_TRY(read, co_await read_inlined(state, bucket, record));
    data = std::move(read);
  }
  bool complete = with_data || record.layout != Layout::inlined;
  auto headers = object_headers(record);
  auto object = CachedObject::make(bucket.id, call.key, std::move(record), headers, data);
  if (complete) state.cache.insert(ticket, object);
  co_return object;
}

// An answer that needs no more than the object in memory: a HEAD's, or a small object's.
aws::Result<Response> answer_from_memory(const Call& call, ObjectPointer object, const Wanted& wanted, With with) {
  Response response;
  describe(call, *object, wanted, response);
  response.content_length = wanted.range.length;
  if (with == With::head_only) {
    response.headers.add("Content-Length", wanted.range.length);
  } else {
    response.shared_body = object->data().substr(wanted.range.offset, wanted.range.length);
    response.shared_owner = std::move(object);
  }
  return response;
}

Task<aws::Result<Response>> answer_from_blobs(State& state, const Call& call, const BucketRecord& bucket, ObjectPointer object, With with) {
  auto& record = object->record();
  CO_TRY(segments, co_await read_segments(state, bucket, record));
  CO_TRY(wanted, call.query.has("partNumber") ? wanted_part(call, record, segments) : wanted_range(call, record));
  if (with == With::head_only) co_return answer_from_memory(call, object, wanted, with);
  Response response;
  describe(call, *object, wanted, response);
  response.content_length = wanted.range.length;
  CO_TRY(content, co_await open_content(state, bucket, record, std::move(segments), wanted.range));
  response.content = std::move(content);
  co_return response;
}

Task<aws::Result<Response>> read_object_once(State& state, Call& call, const BucketRecord& bucket, With with) {
  auto object = state.cache.find(bucket.id, call.key);
  if (!object) {
    CO_TRY(loaded, co_await load_object(state, call, bucket, with));
    object = std::move(loaded);
  }
  auto& record = object->record();
  if (!object->public_read()) CO_TRY_VOID(may_on_object(bucket, record, call.caller(), Action::read));
  CO_TRY(freshness, check_read_conditions(call, record, ConditionsOn::request));
  if (freshness == Freshness::not_modified) co_return not_modified(call, *object);
  bool by_part = !call.query.all().empty() && call.query.has("partNumber");
  bool in_memory = record.layout == Layout::inlined || (with == With::head_only && !by_part);
  if (!in_memory) co_return co_await answer_from_blobs(state, call, bucket, std::move(object), with);
  CO_TRY(wanted, by_part ? wanted_part(call, record, {}) : wanted_range(call, record));
  co_return answer_from_memory(call, std::move(object), wanted, with);
}

Task<aws::Result<Response>> read_object(State& state, Call& call, With with) {
  // A read that loses a race with a write of the same key sees its bytes gone and looks again.
  static constexpr int attempts = 5;
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(check_overrides(call));
  for (int attempt = 1;; attempt++) {
    auto response = co_await read_object_once(state, call, *bucket, with);
    if (response || response.error().code != ErrorCode::operation_aborted) co_return response;
    if (attempt == attempts) co_return aws::fail(ErrorCode::internal_error);
  }
}

Task<aws::Result<Response>> get_object(State& state, Call& call) { return read_object(state, call, With::body); }
Task<aws::Result<Response>> head_object(State& state, Call& call) { return read_object(state, call, With::head_only); }

Task<aws::Result<Response>> delete_object(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(conditions, write_conditions(call));
  CO_TRY_VOID(co_await commit(state, *bucket, [&](const meta::Reader& before, meta::Batch& batch) -> aws::Result<> {
    return remove_object(before, batch, call.key, conditions);
  }));
  co_return empty_response(204);
}

}  // namespace

std::span<const Operation> object_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"PutObject", Method::put, Target::object, "", "", "", "s3:PutObject", BodyKind::stream}, put_object},
      {{"GetObject", Method::get, Target::object, "", "", "", "s3:GetObject"}, get_object},
      {{"HeadObject", Method::head, Target::object, "", "", "", "s3:GetObject"}, head_object},
      {{"DeleteObject", Method::del, Target::object, "", "", "", "s3:DeleteObject"}, delete_object},
  };
  return rows;
}

}  // namespace s3
