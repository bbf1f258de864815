#pragma once
// Who signed a form upload.
// Source: Amazon S3 API Reference, "Authenticating Requests in Browser-Based Uploads Using POST (AWS Signature Version 4)"; Amazon S3
// Developer Guide, "Browser-Based Uploads Using POST (AWS Signature Version 2)".
#include "s3/state.h"

namespace s3 {

// `said`: the form's fields. Both versions sign the policy as it stands in its field. An anonymous caller where there is neither
// a policy nor anything of a signature. **Errors** invalid_argument where a field is missing; authorization_query_parameters_error for another
// day, region or service; invalid_access_key_id; invalid_token_id; signature_does_not_match; invalid_request for version 2 where that is off.
aws::Result<aws::Caller> authenticate_form(const State& state, const http::RequestHead& said);

}  // namespace s3
