// GetBucketTagging, PutBucketTagging, DeleteBucketTagging.
#include "s3/bucket_change.h"
#include "s3/operations.h"
#include "s3/tags.h"

namespace s3 {

using aws::Call;
using aws::ErrorCode;
using aws::Response;

namespace {

Task<aws::Result<Response>> get_bucket_tagging(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  if (bucket->tags.empty()) co_return aws::fail(ErrorCode::no_such_tag_set, {}, {{"BucketName", bucket->name}});
  co_return xml_response(tags_to_xml(bucket->tags));
}

Task<aws::Result<Response>> set_tags(State& state, const Call& call, Pairs tags) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(co_await change_bucket(state, *bucket, [&](BucketRecord& record) { record.tags = tags; }));
  co_return empty_response(204);
}

Task<aws::Result<Response>> put_bucket_tagging(State& state, Call& call) {
  CO_TRY(tags, tags_from_xml(call.document, max_bucket_tags));
  co_return co_await set_tags(state, call, tags);
}

Task<aws::Result<Response>> delete_bucket_tagging(State& state, Call& call) { co_return co_await set_tags(state, call, {}); }

}  // namespace

std::span<const Operation> bucket_tagging_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"GetBucketTagging", Method::get, Target::bucket, "tagging", "", "", "s3:GetBucketTagging"}, get_bucket_tagging},
      {{"PutBucketTagging", Method::put, Target::bucket, "tagging", "", "", "s3:PutBucketTagging", BodyKind::document, 256 << 10},
       put_bucket_tagging},
      {{"DeleteBucketTagging", Method::del, Target::bucket, "tagging", "", "", "s3:PutBucketTagging"}, delete_bucket_tagging},
  };
  return rows;
}

}  // namespace s3
