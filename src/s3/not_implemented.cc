// The operations that answer 501 by name. A row moves to a file of handlers once there is one.
#include "s3/not_implemented.h"

#include "s3/operations.h"

namespace s3 {

namespace {

Task<aws::Result<aws::Response>> answer_not_implemented(State&, aws::Call& call) {
  auto name = std::string(call.operation->name);
  co_return aws::fail(aws::ErrorCode::not_implemented, name + " is not implemented", {{"Operation", name}});
}

consteval Operation on_bucket(std::string_view name, aws::Method method, std::string_view parameter, std::string_view parameter2 = {}) {
  return {{name, method, aws::Target::bucket, parameter, parameter2, "", ""}, answer_not_implemented};
}

consteval Operation on_object(std::string_view name, aws::Method method, std::string_view parameter, std::string_view parameter2 = {}) {
  return {{name, method, aws::Target::object, parameter, parameter2, "", ""}, answer_not_implemented};
}

using enum aws::Method;

constexpr Operation rows[] = {
    on_bucket("CreateBucketMetadataConfiguration", post, "metadataConfiguration"),
    on_bucket("CreateBucketMetadataTableConfiguration", post, "metadataTable"),
    on_bucket("CreateSession", get, "session"),
    on_bucket("DeleteBucketAnalyticsConfiguration", del, "analytics"),
    on_bucket("DeleteBucketEncryption", del, "encryption"),
    on_bucket("DeleteBucketIntelligentTieringConfiguration", del, "intelligent-tiering"),
    on_bucket("DeleteBucketInventoryConfiguration", del, "inventory"),
    on_bucket("DeleteBucketLifecycle", del, "lifecycle"),
    on_bucket("DeleteBucketMetadataConfiguration", del, "metadataConfiguration"),
    on_bucket("DeleteBucketMetadataTableConfiguration", del, "metadataTable"),
    on_bucket("DeleteBucketMetricsConfiguration", del, "metrics"),
    on_bucket("DeleteBucketOwnershipControls", del, "ownershipControls"),
    on_bucket("DeleteBucketPolicy", del, "policy"),
    on_bucket("DeleteBucketReplication", del, "replication"),
    on_bucket("DeleteBucketWebsite", del, "website"),
    on_bucket("DeletePublicAccessBlock", del, "publicAccessBlock"),
    on_bucket("GetBucketAbac", get, "abac"),
    on_bucket("GetBucketAccelerateConfiguration", get, "accelerate"),
    on_bucket("GetBucketAnalyticsConfiguration", get, "analytics", "id"),
    on_bucket("GetBucketEncryption", get, "encryption"),
    on_bucket("GetBucketIntelligentTieringConfiguration", get, "intelligent-tiering", "id"),
    on_bucket("GetBucketInventoryConfiguration", get, "inventory", "id"),
    on_bucket("GetBucketLifecycleConfiguration", get, "lifecycle"),
    on_bucket("GetBucketLogging", get, "logging"),
    on_bucket("GetBucketMetadataConfiguration", get, "metadataConfiguration"),
    on_bucket("GetBucketMetadataTableConfiguration", get, "metadataTable"),
    on_bucket("GetBucketMetricsConfiguration", get, "metrics", "id"),
    on_bucket("GetBucketNotificationConfiguration", get, "notification"),
    on_bucket("GetBucketOwnershipControls", get, "ownershipControls"),
    on_bucket("GetBucketPolicy", get, "policy"),
    on_bucket("GetBucketPolicyStatus", get, "policyStatus"),
    on_bucket("GetBucketReplication", get, "replication"),
    on_bucket("GetBucketRequestPayment", get, "requestPayment"),
    on_bucket("GetBucketVersioning", get, "versioning"),
    on_bucket("GetBucketWebsite", get, "website"),
    on_bucket("GetObjectLockConfiguration", get, "object-lock"),
    on_bucket("GetPublicAccessBlock", get, "publicAccessBlock"),
    on_bucket("ListBucketAnalyticsConfigurations", get, "analytics"),
    on_bucket("ListBucketIntelligentTieringConfigurations", get, "intelligent-tiering"),
    on_bucket("ListBucketInventoryConfigurations", get, "inventory"),
    on_bucket("ListBucketMetricsConfigurations", get, "metrics"),
    on_bucket("ListObjectVersions", get, "versions"),
    on_bucket("PutBucketAbac", put, "abac"),
    on_bucket("PutBucketAccelerateConfiguration", put, "accelerate"),
    on_bucket("PutBucketAnalyticsConfiguration", put, "analytics"),
    on_bucket("PutBucketEncryption", put, "encryption"),
    on_bucket("PutBucketIntelligentTieringConfiguration", put, "intelligent-tiering"),
    on_bucket("PutBucketInventoryConfiguration", put, "inventory"),
    on_bucket("PutBucketLifecycleConfiguration", put, "lifecycle"),
    on_bucket("PutBucketLogging", put, "logging"),
    on_bucket("PutBucketMetricsConfiguration", put, "metrics"),
    on_bucket("PutBucketNotificationConfiguration", put, "notification"),
    on_bucket("PutBucketOwnershipControls", put, "ownershipControls"),
    on_bucket("PutBucketPolicy", put, "policy"),
    on_bucket("PutBucketReplication", put, "replication"),
    on_bucket("PutBucketRequestPayment", put, "requestPayment"),
    on_bucket("PutBucketVersioning", put, "versioning"),
    on_bucket("PutBucketWebsite", put, "website"),
    on_bucket("PutObjectLockConfiguration", put, "object-lock"),
    on_bucket("PutPublicAccessBlock", put, "publicAccessBlock"),
    on_bucket("UpdateBucketMetadataAnnotationTableConfiguration", put, "metadataAnnotationTable"),
    on_bucket("UpdateBucketMetadataInventoryTableConfiguration", put, "metadataInventoryTable"),
    on_bucket("UpdateBucketMetadataJournalTableConfiguration", put, "metadataJournalTable"),
    on_object("DeleteObjectAnnotation", del, "annotation"),
    on_object("GetObjectAnnotation", get, "annotation", "annotationName"),
    on_object("GetObjectLegalHold", get, "legal-hold"),
    on_object("GetObjectRetention", get, "retention"),
    on_object("GetObjectTorrent", get, "torrent"),
    on_object("ListObjectAnnotations", get, "annotation"),
    on_object("PutObjectAnnotation", put, "annotation"),
    on_object("PutObjectLegalHold", put, "legal-hold"),
    on_object("PutObjectRetention", put, "retention"),
    on_object("RenameObject", put, "renameObject"),
    on_object("RestoreObject", post, "restore"),
    on_object("SelectObjectContent", post, "select"),
    on_object("UpdateObjectEncryption", put, "encryption"),
};

// Headers that ask for more than is there. `harmless`: the value that asks for nothing.
struct Demand {
  std::string_view header, harmless;
};
constexpr Demand demands[] = {
    {"x-amz-bucket-object-lock-enabled", "false"},
    {"x-amz-copy-source-server-side-encryption-customer-algorithm", ""},
    {"x-amz-object-lock-legal-hold", "OFF"},
    {"x-amz-object-lock-mode", ""},
    {"x-amz-object-lock-retain-until-date", ""},
    {"x-amz-object-ownership", "ObjectWriter"},
    {"x-amz-server-side-encryption", ""},
    {"x-amz-server-side-encryption-aws-kms-key-id", ""},
    {"x-amz-server-side-encryption-customer-algorithm", ""},
    {"x-amz-write-offset-bytes", ""},
};

bool is_refused(const http::RequestHead::Field& field) {
  if (field.name.size() < 6 || !http::equal_ignoring_case(field.name.substr(0, 6), "x-amz-")) return false;
  return std::ranges::any_of(demands, [&](auto& demand) {
    return http::equal_ignoring_case(demand.header, field.name) && !http::equal_ignoring_case(demand.harmless, field.value);
  });
}

}  // namespace

aws::Result<> check_supported(const http::RequestHead& said) {
  for (size_t i = 0; i < said.field_count(); i++)
    if (auto field = said.field(i); is_refused(field))
      return aws::fail(aws::ErrorCode::not_implemented, "What the header " + std::string(field.name) + " asks for is not implemented",
                       {{"Header", std::string(field.name)}});
  return {};
}

aws::Result<> check_supported(const aws::Call& call) {
  TRY_VOID(check_supported(call.exchange.head()));
  auto version = call.query.find("versionId");
  if (version && *version != "null")
    return aws::fail(aws::ErrorCode::invalid_argument, "Invalid version id specified",
                     {{"ArgumentName", "versionId"}, {"ArgumentValue", std::string(*version)}});
  return {};
}

std::span<const Operation> not_implemented_operations() { return rows; }

}  // namespace s3
