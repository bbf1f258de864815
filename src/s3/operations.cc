#include "s3/operations.h"

namespace s3 {

std::vector<std::span<const Operation>> operation_tables() {
  return {
      bucket_operations(),
      bucket_acl_operations(),
      bucket_cors_operations(),
      bucket_tagging_operations(),
      copy_operations(),
      delete_objects_operations(),
      listing_operations(),
      multipart_operations(),
      multipart_complete_operations(),
      multipart_listing_operations(),
      object_operations(),
      object_acl_operations(),
      object_attributes_operations(),
      object_tagging_operations(),
      post_object_operations(),
      not_implemented_operations(),
  };
}

}  // namespace s3
