#pragma once
// Operations of AWS's model of S3 that have no row of their own here.
#include <string_view>

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

}  // namespace s3
