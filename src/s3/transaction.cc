#include "s3/transaction.h"

#include "s3/collector.h"
#include "s3/keyspace.h"

namespace s3 {

using aws::ErrorCode;

namespace {

// Tells the cache what is going to be written, and notes whether anything is left to the collector.
class WatchedBatch final : public meta::Batch {
 public:
  WatchedBatch(meta::Batch& batch, ObjectCache::Change& change) : batch_(batch), change_(change) {}
  void put(std::string_view key, std::string_view value) override {
    watch(key);
    queues_garbage_ = queues_garbage_ || key.starts_with(garbage_prefix);
    batch_.put(key, value);
  }
  void erase(std::string_view key) override {
    watch(key);
    batch_.erase(key);
  }

  bool queues_garbage() const { return queues_garbage_; }

 private:
  void watch(std::string_view key) {
    if (key.starts_with(object_prefix)) change_.touch(key.substr(1));
  }

  meta::Batch& batch_;
  ObjectCache::Change& change_;
  bool queues_garbage_ = false;
};

}  // namespace

Task<aws::Result<>> commit(State& state, const BucketRecord& bucket, Change change) {
  aws::Result<> decided;
  bool garbage = false;
  auto partition = partition_of(bucket.id);
  ObjectCache::Change watched(state.cache, bucket.id);  // until the outcome is known
  auto done = co_await state.meta().commit(partition, [&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
    TRY(closed, before.get(closed_key));
    WatchedBatch writes(batch, watched);
    decided = closed ? aws::fail(ErrorCode::no_such_bucket, {}, {{"BucketName", bucket.name}}) : change(before, writes);
    garbage = writes.queues_garbage();
    if (!decided) return base::fail(base::Errc::conflict, "given up");
    return {};
  });
  if (!decided) co_return decided;
  if (done && garbage) state.collector->wake(partition);
  co_return aws::lift(std::move(done));
}

aws::Result<std::optional<ObjectRecord>> current_object(const meta::Reader& before, std::string_view key) {
  TRY(stored, aws::lift(before.get(object_key(key))));
  if (!stored) return std::nullopt;
  TRY(record, aws::lift(decode_object(*stored)));
  return std::optional(std::move(record));
}

aws::Result<> discard_content(const ObjectRecord& object, const meta::Reader& before, meta::Batch& batch) {
  switch (object.layout) {
    case Layout::inlined: batch.erase(data_key(object.id)); break;
    case Layout::blob: batch.put(garbage_key(object.blob), ""); break;
    case Layout::segmented: {
      TRY(stored, aws::lift(before.get(segments_key(object.id))));
      if (!stored) break;
      TRY(segments, aws::lift(decode_segments(*stored)));
      for (auto& segment : segments) batch.put(garbage_key(segment.blob), "");
      batch.erase(segments_key(object.id));
      break;
    }
  }
  return {};
}

aws::Result<> remove_object(const meta::Reader& before, meta::Batch& batch, std::string_view key, const WriteConditions& conditions) {
  TRY(current, current_object(before, key));
  if (conditions.if_match) TRY_VOID(check_write_conditions(conditions, current));
  if (!current) return {};
  TRY_VOID(discard_content(*current, before, batch));
  batch.erase(object_key(key));
  return {};
}

aws::Result<> replace_object(const meta::Reader& before, meta::Batch& batch, std::string_view key,
                             const ObjectRecord& record, const WriteConditions& conditions) {
  TRY(current, current_object(before, key));
  TRY_VOID(check_write_conditions(conditions, current));
  if (current) TRY_VOID(discard_content(*current, before, batch));
  batch.put(object_key(key), encode(record));
  return {};
}

}  // namespace s3
