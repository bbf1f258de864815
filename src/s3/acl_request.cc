#include "s3/acl_request.h"

namespace s3 {

using aws::ErrorCode;

aws::Result<Acl> requested_acl(const State& state, const aws::Call& call, const std::string& owner, std::string_view bucket_owner) {
  bool by_headers = has_acl_headers(call.exchange.head());
  if (by_headers && !call.document.empty())
    return aws::fail(ErrorCode::invalid_request, "A canned ACL or grants in headers cannot be combined with a document");
  if (by_headers) return acl_from_headers(call.exchange.head(), owner, bucket_owner, state.accounts());
  if (call.document.empty())
    return aws::fail(ErrorCode::missing_security_header, {}, {{"MissingHeaderName", "x-amz-acl"}});
  return acl_from_xml(call.document, owner, state.accounts());
}

}  // namespace s3
