#pragma once
// The rules for names. Source: Amazon S3 User Guide, "General purpose bucket naming rules" and "Object key names".
#include <string_view>

#include "aws/errors.h"

namespace s3 {

inline constexpr size_t max_key_bytes = 1024;

// **Errors** invalid_bucket_name.
aws::Result<> check_bucket_name(std::string_view name);

// **Errors** key_too_long; invalid_uri where it is not UTF-8.
aws::Result<> check_key(std::string_view key);

}  // namespace s3
