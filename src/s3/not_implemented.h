#pragma once
// What AWS's S3 does and this one does not, or not yet.
#include <string_view>

#include "aws/call.h"

namespace s3 {

// Names that AWS keeps for old clients: the same request as a newer operation's.
struct Superseded {
  std::string_view name, by;
};
inline constexpr Superseded superseded_operations[] = {
    {"GetBucketLifecycle", "GetBucketLifecycleConfiguration"},
    {"GetBucketNotification", "GetBucketNotificationConfiguration"},
    {"PutBucketLifecycle", "PutBucketLifecycleConfiguration"},
    {"PutBucketNotification", "PutBucketNotificationConfiguration"},
};

// Operations of endpoints other than S3's own (directory buckets, Object Lambda), which no request to S3's can mean.
inline constexpr std::string_view operations_elsewhere[] = {"ListDirectoryBuckets", "WriteGetObjectResponse"};

// Refuses what a request asks of an operation besides, and what would else be passed over in silence: encryption, locks, versions.
// **Errors** not_implemented; invalid_argument for a version other than "null", the only one there is without versioning.
aws::Result<> check_supported(const aws::Call& call);
// The same of headers, or of what a form says in place of them.
aws::Result<> check_supported(const http::RequestHead& said);

}  // namespace s3
