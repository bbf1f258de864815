// GetObjectAcl, PutObjectAcl.
#include "s3/access.h"
#include "s3/acl_request.h"
#include "s3/operations.h"

namespace s3 {

using aws::Call;
using aws::Response;

namespace {

Task<aws::Result<Response>> get_object_acl(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(record, co_await read_object_record(state, call, *bucket, call.key));
  CO_TRY_VOID(may_on_object(*bucket, record, call.caller(), Action::read_acp));
  co_return xml_response(acl_to_xml(record.acl, state.accounts()));
}

Task<aws::Result<Response>> put_object_acl(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(co_await read_object_record(state, call, *bucket, call.key));
  // Decided on what is changed: another object may have taken the place of the one just read.
  CO_TRY_VOID(co_await update_object_record(state, *bucket, call.key, [&](ObjectRecord& record) -> aws::Result<> {
    TRY_VOID(may_on_object(*bucket, record, call.caller(), Action::write_acp));
    TRY(acl, requested_acl(state, call, record.acl.owner, bucket->acl.owner));
    record.acl = acl;
    return {};
  }));
  co_return empty_response(200);
}

}  // namespace

std::span<const Operation> object_acl_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"GetObjectAcl", Method::get, Target::object, "acl", "", "", "s3:GetObjectAcl"}, get_object_acl},
      {{"PutObjectAcl", Method::put, Target::object, "acl", "", "", "s3:PutObjectAcl", BodyKind::document, 64 << 10}, put_object_acl},
  };
  return rows;
}

}  // namespace s3
