#pragma once
// The one place where access to S3 is decided.
#include "s3/state.h"

namespace s3 {

// What a request wants to do, as ACLs see it.
enum class Action { read, write, read_acp, write_acp };

// Whether the caller may do it to the bucket (read: list it; write: put and delete objects in it).
aws::Result<> may_on_bucket(const BucketRecord& bucket, const aws::Caller& caller, Action action);

// Whether the caller may do it to the object (write does not exist for objects: the bucket's counts).
aws::Result<> may_on_object(const BucketRecord& bucket, const ObjectRecord& object, const aws::Caller& caller, Action action);

// Whether the caller owns the bucket; what no ACL can grant (tags, CORS, deleting the bucket, ...) asks for that.
aws::Result<> may_configure(const BucketRecord& bucket, const aws::Caller& caller);

// Whether the caller may take an object out of the bucket. Its owner may, whatever the bucket's ACL says.
aws::Result<> may_delete(const BucketRecord& bucket, const aws::Caller& caller);

// x-amz-expected-bucket-owner and its like: refuses to touch what belongs to somebody else. `header` is named in the error.
// **Errors** invalid_argument for what is not an account's id; access_denied.
aws::Result<> check_expected_owner(const State& state, std::string_view header, std::string_view expected, const BucketRecord& bucket);

// Whether the caller may go on with an upload in parts or end it: who began it may, and the bucket's owner.
aws::Result<> may_on_upload(const BucketRecord& bucket, const UploadRecord& upload, const aws::Caller& caller);

// What can be decided before the operation runs: anonymous callers at the service, the bucket's existence and
// owner (x-amz-expected-bucket-owner), and everything that depends on the bucket alone. Operations that read an object
// ask may_on_object themselves, once they hold its record, and DeleteObjects asks may_delete for each key. Then refuses what a header asks for and is not implemented.
aws::Result<> authorize(const State& state, const aws::Call& call);

}  // namespace s3
