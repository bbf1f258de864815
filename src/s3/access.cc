#include "s3/access.h"

#include "s3/not_implemented.h"

namespace s3 {

using aws::Caller;
using aws::ErrorCode;

namespace {

aws::Result<> decide(bool allowed) {
  if (allowed) return {};
  return aws::fail(ErrorCode::access_denied);
}

Permission permission_for(Action action) {
  switch (action) {
    case Action::read: return Permission::read;
    case Action::write: return Permission::write;
    case Action::read_acp: return Permission::read_acp;
    case Action::write_acp: return Permission::write_acp;
  }
  return Permission::full_control;
}

bool owns(const BucketRecord& bucket, const Caller& caller) {
  return !caller.anonymous() && caller.canonical_id == bucket.acl.owner;
}

// What must be known before an operation runs; its IAM permission tells.
enum class Rule {
  signed_caller,   // the service, or a bucket that is not there yet
  bucket_exists,   // all else is decided later: by the object's own ACL, once it was read
  list,
  write,
  remove,
  read_acp,
  write_acp,
  configure,
};

struct RuleRow {
  std::string_view permission;
  Rule rule;
};

// Every permission that is not here is the bucket's owner's alone.
constexpr RuleRow rules[] = {
    {"s3:ListAllMyBuckets", Rule::signed_caller},
    {"s3:CreateBucket", Rule::signed_caller},
    {"s3:GetObject", Rule::bucket_exists},
    {"s3:GetObjectAcl", Rule::bucket_exists},
    {"s3:GetObjectAttributes", Rule::bucket_exists},
    {"s3:PutObjectAcl", Rule::bucket_exists},
    {"s3:ListBucket", Rule::list},
    {"s3:ListBucketMultipartUploads", Rule::list},
    {"s3:PutObject", Rule::write},
    {"s3:DeleteObject", Rule::remove},
    {"s3:AbortMultipartUpload", Rule::write},
    {"s3:ListMultipartUploadParts", Rule::write},
    {"s3:GetBucketAcl", Rule::read_acp},
    {"s3:PutBucketAcl", Rule::write_acp},
};

Rule rule_of(const aws::OperationRow& operation) {
  if (operation.name == "DeleteObjects") return Rule::bucket_exists;  // it asks for each key
  auto found = std::ranges::find(rules, operation.permission, &RuleRow::permission);
  return found == std::end(rules) ? Rule::configure : found->rule;
}

aws::Result<> decide_on_bucket(Rule rule, const BucketRecord& bucket, const Caller& caller) {
  switch (rule) {
    case Rule::signed_caller: return decide(!caller.anonymous());
    case Rule::bucket_exists: return {};
    case Rule::list: return may_on_bucket(bucket, caller, Action::read);
    case Rule::write: return may_on_bucket(bucket, caller, Action::write);
    case Rule::remove: return may_delete(bucket, caller);
    case Rule::read_acp: return may_on_bucket(bucket, caller, Action::read_acp);
    case Rule::write_acp: return may_on_bucket(bucket, caller, Action::write_acp);
    case Rule::configure: return may_configure(bucket, caller);
  }
  return decide(false);
}

}  // namespace

aws::Result<> may_on_bucket(const BucketRecord& bucket, const Caller& caller, Action action) {
  return decide(grants(bucket.acl, caller, permission_for(action)));
}

aws::Result<> may_on_object(const BucketRecord& bucket, const ObjectRecord& object, const Caller& caller, Action action) {
  if (action == Action::write) return may_on_bucket(bucket, caller, action);
  return decide(grants(object.acl, caller, permission_for(action)));
}

aws::Result<> may_configure(const BucketRecord& bucket, const Caller& caller) { return decide(owns(bucket, caller)); }

aws::Result<> may_delete(const BucketRecord& bucket, const Caller& caller) {
  if (owns(bucket, caller)) return {};
  return may_on_bucket(bucket, caller, Action::write);
}

aws::Result<> check_expected_owner(const State& state, std::string_view header, std::string_view expected, const BucketRecord& bucket) {
  bool is_account = expected.size() == 12 && std::ranges::all_of(expected, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_account)
    return aws::fail(ErrorCode::invalid_argument, "The value of the expected bucket owner parameter must be an AWS Account ID",
                     {{"ArgumentName", std::string(header)}, {"ArgumentValue", std::string(expected)}});
  auto owner = state.accounts().find_canonical(bucket.acl.owner);
  return decide(owner && owner->id == expected);
}

aws::Result<> may_on_upload(const BucketRecord& bucket, const UploadRecord& upload, const Caller& caller) {
  return decide(owns(bucket, caller) || upload.initiator == caller.canonical_id);  // nobody's uploads are anybody's who may write
}

static aws::Result<> authorize_caller(const State& state, const aws::Call& call) {
  if (call.operation->method == aws::Method::options) return {};  // a preflight is never signed
  auto rule = rule_of(*call.operation);
  if (rule == Rule::signed_caller || call.operation->target == aws::Target::service) return decide(!call.caller().anonymous());
  TRY(bucket, state.bucket(call));
  if (auto expected = call.exchange.head().find("x-amz-expected-bucket-owner"))
    TRY_VOID(check_expected_owner(state, "x-amz-expected-bucket-owner", *expected, *bucket));
  return decide_on_bucket(rule, *bucket, call.caller());
}

aws::Result<> authorize(const State& state, const aws::Call& call) {
  TRY_VOID(authorize_caller(state, call));
  return check_supported(call);
}

}  // namespace s3
