#pragma once
// What the operations of S3 share. Private to this module.
#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "s3/blob_leases.h"
#include "s3/cors_rules.h"
#include "s3/md5_worker.h"
#include "s3/object_cache.h"
#include "s3/record.h"
#include "s3/service.h"

namespace s3 {

using aws::Task;

// A bucket as requests find it.
struct Bucket : BucketRecord {
  explicit Bucket(BucketRecord record);
  std::vector<CorsRule> cors_rules;  // what the document "cors" says: parsed once, not for each request
};

// Buckets by name: in memory, and durable in the directory partition.
// **Threads** Any.
class Buckets {
 public:
  explicit Buckets(meta::Store& store) : store_(store) {}
  // Reads all of them. Blocks.
  base::Result<> load();

  // Nothing where there is none. Never blocks.
  std::shared_ptr<const Bucket> find(std::string_view name) const;
  std::vector<std::shared_ptr<const BucketRecord>> of_owner(std::string_view canonical_id) const;  // by name
  size_t count() const;
  std::vector<std::shared_ptr<const BucketRecord>> all() const;

  // **Errors** exists; conflict: `accounts` does not have its owner any more.
  Task<base::Result<>> create(BucketRecord record, const iam::Accounts& accounts);
  // Changes a bucket's record by `change`. **Errors** not_found.
  Task<base::Result<>> update(std::string name, std::function<void(BucketRecord&)> change);
  // Removes the name, if it still is that bucket's. The partition's content is the caller's affair. **Errors** not_found.
  Task<base::Result<>> remove(std::string name, std::string id);
  // The same, blocking: for start-up.
  base::Result<> remove_blocking(const std::string& name, const std::string& id);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  class Changing;
  // Shows a change to `find`, unless one that was committed later was shown already.
  void publish(const std::string& name, std::shared_ptr<const Bucket> bucket, uint64_t order);

  meta::Store& store_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Bucket>, Hash, std::equal_to<>> by_name_;
  std::atomic<uint64_t> last_order_{0};  // taken inside transactions, which run one after another
  size_t changing_ = 0;
  std::unordered_map<std::string, uint64_t> published_;  // the order of what was shown, while anything is changing
};

class Collector;

struct State {
  explicit State(Parts parts);
  ~State();

  Parts parts;
  Buckets buckets;
  ObjectCache cache;
  Md5Worker md5_worker;
  BlobLeases leases;
  std::unique_ptr<Collector> collector;

  meta::Store& meta() const { return parts.meta; }
  const iam::Accounts& accounts() const { return parts.accounts; }

  // The call's bucket. **Errors** no_such_bucket.
  aws::Result<std::shared_ptr<const Bucket>> bucket(const aws::Call& call) const;
};

using Handler = Task<aws::Result<aws::Response>> (*)(State& state, aws::Call& call);

// A row of the operation table: see aws/operation.h.
struct Operation : aws::OperationRow {
  Handler run = nullptr;
};

// Helpers for handlers.
// The URL of the call's object, the way the client came.
std::string location_of(const aws::Call& call);
aws::Response xml_response(std::string body, int status = 200);
aws::Response empty_response(int status);

// The display name of an account; empty for an unknown one.
std::string display_name(const State& state, std::string_view canonical_id);

// Reads an object's record. **Errors** no_such_key (access_denied where the caller may not list the bucket).
Task<aws::Result<ObjectRecord>> read_object_record(State& state, const aws::Call& call, const BucketRecord& bucket,
                                                   std::string key);

// Changes an object's record in place (its ACL or tags), atomically. **Errors** no_such_key.
Task<aws::Result<>> update_object_record(State& state, const BucketRecord& bucket, std::string key,
                                         std::function<aws::Result<>(ObjectRecord&)> change);

}  // namespace s3
