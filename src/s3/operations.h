#pragma once
// The operation tables: one a file of handlers.
#include <span>
#include <vector>

#include "s3/state.h"

namespace s3 {

std::span<const Operation> bucket_operations();
std::span<const Operation> bucket_acl_operations();
std::span<const Operation> bucket_cors_operations();
std::span<const Operation> bucket_tagging_operations();
std::span<const Operation> copy_operations();
std::span<const Operation> delete_objects_operations();
std::span<const Operation> listing_operations();
std::span<const Operation> multipart_operations();
std::span<const Operation> multipart_complete_operations();
std::span<const Operation> multipart_listing_operations();
std::span<const Operation> not_implemented_operations();
std::span<const Operation> object_operations();
std::span<const Operation> object_acl_operations();
std::span<const Operation> object_attributes_operations();
std::span<const Operation> object_tagging_operations();
std::span<const Operation> post_object_operations();

// All of them.
std::vector<std::span<const Operation>> operation_tables();

}  // namespace s3
