#pragma once
// The list that PutBucketAcl and PutObjectAcl bring: in headers, or as a document.
#include "s3/state.h"

namespace s3 {

// **Errors** missing_security_header where neither brings one; invalid_request where both do; those of `acl_from_headers` and
// `acl_from_xml`.
aws::Result<Acl> requested_acl(const State& state, const aws::Call& call, const std::string& owner, std::string_view bucket_owner);

}  // namespace s3
