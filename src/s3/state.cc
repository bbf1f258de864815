#include "s3/state.h"

#include "codec/percent.h"
#include "s3/access.h"
#include "s3/collector.h"
#include "s3/keyspace.h"
#include "s3/transaction.h"

namespace s3 {

using aws::ErrorCode;

// Documents were valid when they were stored.
static std::vector<CorsRule> cors_rules_of(const BucketRecord& record) {
  auto document = record.document("cors");
  if (!document) return {};
  return cors_rules_from_xml(*document).value_or(std::vector<CorsRule>());
}

Bucket::Bucket(BucketRecord record) : BucketRecord(std::move(record)), cors_rules(cors_rules_of(*this)) {}

base::Result<> Buckets::load() {
  auto reader = store_.reader(bucket_directory);
  auto cursor = reader->cursor();
  for (cursor->seek(""); cursor->valid(); cursor->next()) {
    TRY(record, decode_bucket(cursor->value()));
    by_name_[std::string(cursor->key())] = std::make_shared<const Bucket>(std::move(record));
  }
  return cursor->status();
}

std::shared_ptr<const Bucket> Buckets::find(std::string_view name) const {
  std::shared_lock lock(mutex_);
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const BucketRecord>> Buckets::all() const {
  std::shared_lock lock(mutex_);
  std::vector<std::shared_ptr<const BucketRecord>> out;
  for (auto& [name, record] : by_name_) out.push_back(record);
  return out;
}

std::vector<std::shared_ptr<const BucketRecord>> Buckets::of_owner(std::string_view canonical_id) const {
  auto out = all();
  std::erase_if(out, [&](auto& record) { return record->acl.owner != canonical_id; });
  std::ranges::sort(out, {}, [](auto& record) -> const std::string& { return record->name; });
  return out;
}

size_t Buckets::count() const {
  std::shared_lock lock(mutex_);
  return by_name_.size();
}

// While it lives, the order of changes is remembered: two of one bucket may be shown in another order than they were committed.
class Buckets::Changing {
 public:
  explicit Changing(Buckets& buckets) : buckets_(buckets) {
    std::unique_lock lock(buckets_.mutex_);
    buckets_.changing_++;
  }
  ~Changing() {
    std::unique_lock lock(buckets_.mutex_);
    if (!--buckets_.changing_) buckets_.published_.clear();
  }
  Changing(const Changing&) = delete;

 private:
  Buckets& buckets_;
};

void Buckets::publish(const std::string& name, std::shared_ptr<const Bucket> bucket, uint64_t order) {
  std::unique_lock lock(mutex_);
  auto& last = published_[name];
  if (order < last) return;
  last = order;
  if (bucket)
    by_name_[name] = std::move(bucket);
  else
    by_name_.erase(name);
}

Task<base::Result<>> Buckets::create(BucketRecord record, const iam::Accounts& accounts) {
  Changing changing(*this);
  uint64_t order = 0;
  auto done = co_await store_.commit(bucket_directory, [&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
    TRY(there, before.get(record.name));
    if (there) return base::fail(base::Errc::exists, record.name);
    if (!accounts.find_canonical(record.acl.owner)) return base::fail(base::Errc::conflict, "its owner is gone");
    batch.put(record.name, encode(record));
    order = ++last_order_;
    return {};
  });
  if (done) publish(record.name, std::make_shared<const Bucket>(record), order);
  co_return done;
}

base::Result<std::vector<std::string>> bucket_names(meta::Store& meta, std::string_view canonical_id) {
  std::vector<std::string> names;
  TRY_VOID(meta.commit_blocking(bucket_directory, [&](const meta::Reader& before, meta::Batch&) -> base::Result<> {
    names.clear();
    auto cursor = before.cursor();
    for (cursor->seek(""); cursor->valid(); cursor->next()) {
      TRY(record, decode_bucket(cursor->value()));
      if (record.acl.owner == canonical_id) names.emplace_back(cursor->key());
    }
    return cursor->status();
  }));
  return names;
}

Task<base::Result<>> Buckets::update(std::string name, std::function<void(BucketRecord&)> change) {
  Changing changing(*this);
  uint64_t order = 0;
  BucketRecord changed;
  auto done = co_await store_.commit(bucket_directory, [&](const meta::Reader& before, meta::Batch& batch) -> base::Result<> {
    TRY(stored, before.get(name));
    if (!stored) return base::fail(base::Errc::not_found, name);
    TRY(record, decode_bucket(*stored));
    change(record);
    batch.put(name, encode(record));
    changed = std::move(record);
    order = ++last_order_;
    return {};
  });
  if (done) publish(name, std::make_shared<const Bucket>(std::move(changed)), order);
  co_return done;
}

// The transaction that takes a name out of the directory.
static base::Result<> remove_name(const std::string& name, const std::string& id, const meta::Reader& before, meta::Batch& batch) {
  TRY(stored, before.get(name));
  if (!stored) return base::fail(base::Errc::not_found, name);
  TRY(record, decode_bucket(*stored));
  if (record.id != id) return base::fail(base::Errc::not_found, name);
  batch.erase(name);
  return {};
}

Task<base::Result<>> Buckets::remove(std::string name, std::string id) {
  Changing changing(*this);
  uint64_t order = 0;
  auto done = co_await store_.commit(bucket_directory, [&](const meta::Reader& before, meta::Batch& batch) {
    order = ++last_order_;
    return remove_name(name, id, before, batch);
  });
  if (done) publish(name, nullptr, order);
  co_return done;
}

base::Result<> Buckets::remove_blocking(const std::string& name, const std::string& id) {
  Changing changing(*this);
  TRY_VOID(store_.commit_blocking(bucket_directory, [&](const meta::Reader& before, meta::Batch& batch) { return remove_name(name, id, before, batch); }));
  publish(name, nullptr, ++last_order_);
  return {};
}

State::State(Parts given) : parts(std::move(given)), buckets(parts.meta), cache(parts.settings.cache_bytes), md5_worker(parts.pool) {}
State::~State() = default;

aws::Result<std::shared_ptr<const Bucket>> State::bucket(const aws::Call& call) const {
  auto found = buckets.find(call.bucket);
  if (!found) return aws::fail(ErrorCode::no_such_bucket, {}, {{"BucketName", call.bucket}});
  return found;
}

aws::Response xml_response(std::string body, int status) {
  aws::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/xml");
  response.body = std::move(body);
  return response;
}

std::string location_of(const aws::Call& call) {
  std::string location = call.exchange.peer().tls ? "https://" : "http://";
  location += call.host;
  if (!call.virtual_host) location += "/" + call.bucket;
  return location + "/" + codec::percent_encode(call.key, true);
}

aws::Response empty_response(int status) {
  aws::Response response;
  response.status = status;
  return response;
}

std::string display_name(const State& state, std::string_view canonical_id) {
  auto account = state.accounts().find_canonical(canonical_id);
  return account ? account->name : "";
}

Task<aws::Result<ObjectRecord>> read_object_record(State& state, const aws::Call& call, const BucketRecord& bucket,
                                                   std::string key) {
  CO_TRY(stored, aws::lift(co_await meta::get(state.meta(), partition_of(bucket.id), object_key(key))));
  if (stored) co_return aws::lift(decode_object(*stored));
  // Who may not list the bucket does not learn which keys are there.
  CO_TRY_VOID(may_on_bucket(bucket, call.caller(), Action::read));
  co_return aws::fail(ErrorCode::no_such_key, {}, {{"Key", key}});
}

Task<aws::Result<>> update_object_record(State& state, const BucketRecord& bucket, std::string key,
                                         std::function<aws::Result<>(ObjectRecord&)> change) {
  co_return co_await commit(state, bucket, [&](const meta::Reader& before, meta::Batch& batch) -> aws::Result<> {
    TRY(current, current_object(before, key));
    if (!current) return aws::fail(ErrorCode::no_such_key, {}, {{"Key", key}});
    TRY_VOID(change(*current));
    batch.put(object_key(key), encode(*current));
    return {};
  });
}

}  // namespace s3
