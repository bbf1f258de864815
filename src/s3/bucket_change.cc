#include "s3/bucket_change.h"

namespace s3 {

Task<aws::Result<>> change_bucket(State& state, const BucketRecord& bucket, std::function<void(BucketRecord&)> change) {
  bool same = false;
  auto done = co_await state.buckets.update(bucket.name, [&](BucketRecord& record) {
    same = record.id == bucket.id;
    if (same) change(record);
  });
  bool gone = done ? !same : done.error().kind == base::Errc::not_found;
  if (gone) co_return aws::fail(aws::ErrorCode::no_such_bucket, {}, {{"BucketName", bucket.name}});
  co_return aws::lift(std::move(done));
}

}  // namespace s3
