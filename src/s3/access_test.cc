// Who may do what, before an operation runs.
#include "s3/access.h"

#include <gmock/gmock.h>

#include "meta/memory_store.h"
#include "s3/keyspace.h"
#include "s3/operations.h"
#include "s3/test_support.h"

namespace s3 {
namespace {

using aws::ErrorCode;

const std::string owner(64, 'a'), other(64, 'b');

class NoBlobs final : public blob::Store {
 public:
  blob::Result<std::unique_ptr<blob::Writer>> create(std::string_view) override { return base::fail(base::Errc::unavailable, "none"); }
  blob::Result<> settle(const blob::BlobId&) override { return {}; }
  blob::Result<std::unique_ptr<blob::Reader>> open(const blob::BlobId&) const override { return base::fail(base::Errc::not_found, "none"); }
  blob::Result<> erase(const blob::BlobId&) override { return {}; }
  blob::Result<> recover(const std::function<blob::Result<bool>(const blob::Pending&)>&) override { return {}; }
  blob::Result<> for_each(const std::function<void(const blob::BlobId&)>&) const override { return {}; }
  uint64_t free_bytes() const override { return 0; }
};

class AccessTest : public testing::Test {
 protected:
  AccessTest() {
    accounts_.add('a', "alice");
    accounts_.add('b', "bob");
  }

  void set_acl(Acl acl) {
    BucketRecord bucket{.id = "0123456789abcdef", .name = "b", .acl = std::move(acl)};
    auto stored = meta_->commit_blocking(bucket_directory, [&](const meta::Reader&, meta::Batch& batch) -> base::Result<> {
      batch.put("b", encode(bucket));
      return {};
    });
    ASSERT_TRUE(stored && state_.buckets.load());
  }

  static std::vector<std::span<const Operation>> tables() {
    return operation_tables();
  }

  // What happens to the operation of that name: the error's name, or "".
  std::string outcome(std::string_view operation, const std::string& canonical_id, std::string bucket = "b",
                      std::vector<std::pair<std::string, std::string>> headers = {}) {
    test::FakeExchange exchange("GET", "/", std::move(headers));
    aws::Call call{exchange, {}, {}};
    for (auto table : tables())
      for (auto& row : table)
        if (row.name == operation) call.operation = &row;
    EXPECT_TRUE(call.operation) << operation;
    if (call.operation->target != aws::Target::service) call.bucket = std::move(bucket);
    call.identity = std::make_shared<const aws::Caller>(aws::Caller{"", canonical_id, "", ""});
    auto result = authorize(state_, call);
    return result ? "" : std::string(aws::row(result.error().code).name);
  }

  base::ThreadPool pool_{"test", 1};
  base::SystemClock clock_;
  test::FakeAccounts accounts_;
  NoBlobs blobs_;
  std::unique_ptr<meta::Store> meta_ = meta::make_memory_store(pool_);
  State state_{Parts{*meta_, blobs_, accounts_, pool_, clock_, {}}};
};

constexpr std::string_view lists[] = {"ListObjects", "ListObjectsV2", "HeadBucket", "ListMultipartUploads"};
constexpr std::string_view writes[] = {"PutObject", "DeleteObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy",
                                       "CompleteMultipartUpload", "AbortMultipartUpload"};
constexpr std::string_view configures[] = {"GetBucketLocation", "GetBucketCors", "PutBucketCors", "DeleteBucketCors", "GetBucketTagging", "PutBucketTagging",
                                           "DeleteBucketTagging", "DeleteBucket", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "GetBucketReplication"};
constexpr std::string_view objects[] = {"GetObject", "HeadObject", "GetObjectAcl", "PutObjectAcl", "GetObjectAttributes"};

TEST_F(AccessTest, PrivateBucketsAreTheirOwners) {
  set_acl(private_acl(owner));
  for (auto operations : {std::span<const std::string_view>(lists), std::span<const std::string_view>(writes), std::span<const std::string_view>(configures)})
    for (auto operation : operations) {
      EXPECT_EQ(outcome(operation, owner), "") << operation;
      EXPECT_EQ(outcome(operation, other), "AccessDenied") << operation;
      EXPECT_EQ(outcome(operation, ""), "AccessDenied") << operation;
    }
}

TEST_F(AccessTest, GrantsOpenTheirOperationsOnly) {
  set_acl({owner, {{GranteeKind::all_users, "", Permission::read}}});
  for (auto operation : lists) EXPECT_EQ(outcome(operation, ""), "") << operation;
  for (auto operation : writes) EXPECT_EQ(outcome(operation, ""), "AccessDenied") << operation;
  set_acl({owner, {{GranteeKind::account, other, Permission::write}}});
  for (auto operation : writes) EXPECT_EQ(outcome(operation, other), "") << operation;
  for (auto operation : writes) EXPECT_EQ(outcome(operation, ""), "AccessDenied") << operation;
  for (auto operation : lists) EXPECT_EQ(outcome(operation, other), "AccessDenied") << operation;
}

TEST_F(AccessTest, NoGrantOpensTheConfiguration) {
  set_acl({owner, {{GranteeKind::all_users, "", Permission::full_control}}});
  for (auto operation : configures) {
    EXPECT_EQ(outcome(operation, owner), "") << operation;
    EXPECT_EQ(outcome(operation, other), "AccessDenied") << operation;
    EXPECT_EQ(outcome(operation, ""), "AccessDenied") << operation;
  }
  EXPECT_EQ(outcome("GetBucketAcl", ""), "");
}

TEST_F(AccessTest, TheListItselfNeedsItsOwnPermissions) {
  set_acl({owner, {{GranteeKind::account, other, Permission::read_acp}}});
  EXPECT_EQ(outcome("GetBucketAcl", other), "");
  EXPECT_EQ(outcome("PutBucketAcl", other), "AccessDenied");
  EXPECT_EQ(outcome("GetBucketAcl", owner), "");  // though nothing is granted
  EXPECT_EQ(outcome("PutBucketAcl", owner), "");
}

TEST_F(AccessTest, OwnersDeleteWhateverTheirListSays) {
  set_acl({owner, {}});
  EXPECT_EQ(outcome("DeleteObject", owner), "");
  EXPECT_EQ(outcome("PutObject", owner), "AccessDenied");
  EXPECT_EQ(outcome("DeleteObject", ""), "AccessDenied");
}

TEST_F(AccessTest, ManyKeysAreDecidedOneByOne) {
  set_acl(private_acl(owner));
  EXPECT_EQ(outcome("DeleteObjects", ""), "");
  EXPECT_EQ(outcome("DeleteObjects", "", "none"), "NoSuchBucket");
  BucketRecord bucket{.acl = {owner, {{GranteeKind::account, other, Permission::write}}}};
  EXPECT_TRUE(may_delete(bucket, {"", owner, "", ""}));
  EXPECT_TRUE(may_delete(bucket, {"", other, "", ""}));
  EXPECT_FALSE(may_delete(bucket, {}));
}

TEST_F(AccessTest, ObjectsDecideForThemselvesLater) {
  set_acl(private_acl(owner));
  for (auto operation : objects) {
    EXPECT_EQ(outcome(operation, ""), "") << operation;
    EXPECT_EQ(outcome(operation, "", "none"), "NoSuchBucket") << operation;
  }
  BucketRecord bucket{.acl = private_acl(owner)};
  ObjectRecord object{.acl = private_acl(other)};
  aws::Caller bucket_owner{"", owner, "", ""}, object_owner{"", other, "", ""};
  for (auto action : {Action::read, Action::read_acp, Action::write_acp}) {
    EXPECT_TRUE(may_on_object(bucket, object, object_owner, action));
    EXPECT_FALSE(may_on_object(bucket, object, bucket_owner, action));
    EXPECT_FALSE(may_on_object(bucket, object, {}, action));
  }
}

TEST_F(AccessTest, ServiceNeedsAnAccount) {
  for (auto operation : {"ListBuckets", "CreateBucket"}) {
    EXPECT_EQ(outcome(operation, ""), "AccessDenied");
    EXPECT_EQ(outcome(operation, other), "");
  }
}

TEST_F(AccessTest, PreflightsAreEveryones) { EXPECT_EQ(outcome("OptionsObject", "", "none"), ""); }

TEST_F(AccessTest, ExpectedOwnersAreCompared) {
  set_acl(private_acl(owner));
  auto with = [&](std::string value) { return outcome("ListObjects", owner, "b", {{"x-amz-expected-bucket-owner", std::move(value)}}); };
  EXPECT_EQ(with("111111111119"), "");
  EXPECT_EQ(with("111111111118"), "AccessDenied");
  EXPECT_EQ(with("alice"), "InvalidArgument");
}

TEST_F(AccessTest, WhatIsNotImplementedIsSaidToThoseWhoMayAsk) {
  set_acl(private_acl(owner));
  std::vector<std::pair<std::string, std::string>> headers{{"x-amz-server-side-encryption", "aws:kms"}};
  EXPECT_EQ(outcome("PutObject", owner, "b", headers), "NotImplemented");
  EXPECT_EQ(outcome("PutObject", other, "b", headers), "AccessDenied");
}

}  // namespace
}  // namespace s3
