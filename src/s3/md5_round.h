#pragma once
// MD5 of small bodies, of many requests at once.
#include <string_view>

#include "base/task.h"
#include "crypto/md5_lanes.h"

namespace s3 {

// The bodies that become ready in one round of a network thread's loop are hashed together; one alone, as ever.
// `bytes` must stay as they are until the task goes on. **Threads** A network thread's.
base::Task<crypto::Md5> md5_with_others(std::string_view bytes);

}  // namespace s3
