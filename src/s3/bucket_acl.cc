// GetBucketAcl, PutBucketAcl.
#include "s3/acl_request.h"
#include "s3/bucket_change.h"
#include "s3/operations.h"

namespace s3 {

using aws::Call;
using aws::Response;

namespace {

Task<aws::Result<Response>> get_bucket_acl(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  co_return xml_response(acl_to_xml(bucket->acl, state.accounts()));
}

Task<aws::Result<Response>> put_bucket_acl(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(acl, requested_acl(state, call, bucket->acl.owner, bucket->acl.owner));
  CO_TRY_VOID(co_await change_bucket(state, *bucket, [&](BucketRecord& record) { record.acl = acl; }));
  co_return empty_response(200);
}

}  // namespace

std::span<const Operation> bucket_acl_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"GetBucketAcl", Method::get, Target::bucket, "acl", "", "", "s3:GetBucketAcl"}, get_bucket_acl},
      {{"PutBucketAcl", Method::put, Target::bucket, "acl", "", "", "s3:PutBucketAcl", BodyKind::document, 64 << 10}, put_bucket_acl},
  };
  return rows;
}

}  // namespace s3
