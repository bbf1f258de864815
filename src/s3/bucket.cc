// CreateBucket, HeadBucket, DeleteBucket, ListBuckets, GetBucketLocation.
#include "base/random.h"
#include "codec/numbers.h"
#include "codec/time.h"
#include "codec/xml.h"
#include "s3/collector.h"
#include "s3/keyspace.h"
#include "s3/names.h"
#include "s3/operations.h"
#include "s3/state.h"
#include "s3/xml.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

namespace {

// AWS's, sorted.
constexpr auto aws_regions = std::to_array<std::string_view>({
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
    "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
    "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1",
    "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2"});
static_assert(std::ranges::is_sorted(aws_regions));

// The region that a CreateBucketConfiguration asks for; ours where it asks for none.
aws::Result<std::string> wanted_region(const Call& call, const std::string& own) {
  if (call.document.empty()) return own;
  auto document = codec::parse_xml(call.document);
  if (!document) return aws::fail(ErrorCode::malformed_xml);
  auto constraint = document->root().child("LocationConstraint");
  auto region = constraint ? constraint.text() : std::string();
  if (region.empty()) return own;
  if (region == "EU") return std::string("eu-west-1");
  bool known = region == own || std::ranges::binary_search(aws_regions, region);
  if (!known || (region == "us-east-1" && own == "us-east-1"))
    return aws::fail(ErrorCode::invalid_location_constraint, {}, {{"LocationConstraint", region}});
  return region;
}

aws::Error already_there(const BucketRecord& there, const Call& call) {
  bool own = there.acl.owner == call.caller().canonical_id;
  return {own ? ErrorCode::bucket_already_owned_by_you : ErrorCode::bucket_already_exists, {}, {{"BucketName", call.bucket}}};
}

Task<aws::Result<Response>> create_bucket(State& state, Call& call) {
  CO_TRY_VOID(check_bucket_name(call.bucket));
  CO_TRY(region, wanted_region(call, state.parts.settings.region));
  BucketRecord record;
  record.id = base::random_hex(bucket_id_digits);
  record.name = call.bucket;
  record.region = region;
  record.created = std::chrono::floor<std::chrono::seconds>(call.now);
  CO_TRY(acl, acl_from_headers(call.exchange.head(), call.caller().canonical_id, call.caller().canonical_id, state.accounts()));
  record.acl = acl;
  auto done = co_await state.buckets.create(record, state.accounts());
  if (!done && done.error().kind == base::Errc::exists) {
    auto there = state.buckets.find(call.bucket);
    bool again = there && there->acl.owner == call.caller().canonical_id && there->region == "us-east-1" && region == "us-east-1";
    if (!there) co_return aws::fail(ErrorCode::operation_aborted);
    if (!again) co_return std::unexpected(already_there(*there, call));  // us-east-1 alone lets an owner repeat himself
  } else if (!done && done.error().kind == base::Errc::conflict) {
    co_return aws::fail(ErrorCode::invalid_access_key_id, {}, {{"AWSAccessKeyId", call.caller().access_key_id}});
  } else if (!done) {
    co_return std::unexpected(aws::from(done.error()));
  }
  Response response;
  response.headers.add("Location", "/" + call.bucket);
  co_return response;
}

Task<aws::Result<Response>> head_bucket(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  Response response;
  response.headers.add("x-amz-bucket-region", bucket->region);
  response.headers.add("x-amz-access-point-alias", "false");
  response.headers.add("Content-Type", "application/xml");
  co_return response;
}

// Closes the partition to writes if it holds no object. Uploads that were never completed are left to the collector.
Task<aws::Result<>> close_partition(State& state, const BucketRecord& bucket) {
  bool full = false;
  auto done = co_await state.meta().commit(partition_of(bucket.id), [&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
    auto cursor = before.cursor();
    cursor->seek({&object_prefix, 1});
    TRY_VOID(cursor->status());
    full = cursor->valid() && cursor->key().front() == object_prefix;
    if (full) return base::fail(base::Errc::conflict, "not empty");
    batch.put(closed_key, "");
    return {};
  });
  if (full) co_return aws::fail(ErrorCode::bucket_not_empty, {}, {{"BucketName", bucket.name}});
  co_return aws::lift(std::move(done));
}

Task<aws::Result<Response>> delete_bucket(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(co_await close_partition(state, *bucket));
  CO_TRY_VOID(aws::lift(co_await state.buckets.remove(bucket->name, bucket->id)));
  state.collector->wake(partition_of(bucket->id));
  co_return empty_response(204);
}

Task<aws::Result<Response>> list_buckets(State& state, Call& call) {
  auto limit = codec::parse_u64(call.query.find("max-buckets").value_or("10000"));
  if (!limit || *limit < 1 || *limit > 10'000)
    co_return aws::fail(ErrorCode::invalid_argument, "Argument max-buckets must be an integer between 1 and 10000",
                        {{"ArgumentName", "max-buckets"}, {"ArgumentValue", std::string(*call.query.find("max-buckets"))}});
  auto prefix = call.query.find("prefix").value_or("");
  auto after = call.query.find("continuation-token").value_or("");
  auto region = call.query.find("bucket-region");
  codec::XmlWriter xml;
  xml.open("ListAllMyBucketsResult", s3_namespace);
  write_owner(xml, "Owner", state, call.caller().canonical_id);
  xml.open("Buckets");
  std::string last, token;
  uint64_t count = 0;
  for (auto& bucket : state.buckets.of_owner(call.caller().canonical_id)) {
    if (!bucket->name.starts_with(prefix) || bucket->name <= after || (region && *region != bucket->region)) continue;
    if (count++ == *limit) {
      token = last;
      break;
    }
    xml.open("Bucket");
    xml.element("Name", bucket->name);
    xml.element("CreationDate", codec::format_iso8601(bucket->created));
    xml.element("BucketRegion", bucket->region);
    xml.close();
    last = bucket->name;
  }
  xml.close();
  if (!token.empty()) xml.element("ContinuationToken", token);
  if (!prefix.empty()) xml.element("Prefix", prefix);
  xml.close();
  co_return xml_response(std::move(xml).str());
}

Task<aws::Result<Response>> get_bucket_location(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  codec::XmlWriter xml;
  xml.open("LocationConstraint", s3_namespace);
  if (bucket->region != "us-east-1") xml.text(bucket->region);  // the first region has no name here
  xml.close();
  co_return xml_response(std::move(xml).str());
}

}  // namespace

std::span<const Operation> bucket_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"ListBuckets", Method::get, Target::service, "", "", "", "s3:ListAllMyBuckets"}, list_buckets},
      {{"CreateBucket", Method::put, Target::bucket, "", "", "", "s3:CreateBucket", BodyKind::document, 64 << 10}, create_bucket},
      {{"HeadBucket", Method::head, Target::bucket, "", "", "", "s3:ListBucket"}, head_bucket},
      {{"DeleteBucket", Method::del, Target::bucket, "", "", "", "s3:DeleteBucket"}, delete_bucket},
      {{"GetBucketLocation", Method::get, Target::bucket, "location", "", "", "s3:GetBucketLocation"}, get_bucket_location},
  };
  return rows;
}

}  // namespace s3
