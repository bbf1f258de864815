// GetObjectTagging, PutObjectTagging, DeleteObjectTagging.
#include "s3/operations.h"
#include "s3/tags.h"

namespace s3 {

using aws::Call;
using aws::Response;

namespace {

Task<aws::Result<Response>> get_object_tagging(State& state, Call& call) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY(record, co_await read_object_record(state, call, *bucket, call.key));
  co_return xml_response(tags_to_xml(record.tags));
}

Task<aws::Result<Response>> set_tags(State& state, const Call& call, Pairs tags, int status) {
  CO_TRY(bucket, state.bucket(call));
  CO_TRY_VOID(co_await update_object_record(state, *bucket, call.key, [&](ObjectRecord& record) -> aws::Result<> {
    record.tags = tags;
    return {};
  }));
  co_return empty_response(status);
}

Task<aws::Result<Response>> put_object_tagging(State& state, Call& call) {
  CO_TRY(tags, tags_from_xml(call.document, max_object_tags));
  co_return co_await set_tags(state, call, tags, 200);
}

Task<aws::Result<Response>> delete_object_tagging(State& state, Call& call) {
  co_return co_await set_tags(state, call, {}, 204);
}

}  // namespace

std::span<const Operation> object_tagging_operations() {
  using aws::BodyKind, aws::Method, aws::Target;
  static constexpr Operation rows[] = {
      {{"GetObjectTagging", Method::get, Target::object, "tagging", "", "", "s3:GetObjectTagging"}, get_object_tagging},
      {{"PutObjectTagging", Method::put, Target::object, "tagging", "", "", "s3:PutObjectTagging", BodyKind::document, 64 << 10},
       put_object_tagging},
      {{"DeleteObjectTagging", Method::del, Target::object, "tagging", "", "", "s3:DeleteObjectTagging"}, delete_object_tagging},
  };
  return rows;
}

}  // namespace s3
