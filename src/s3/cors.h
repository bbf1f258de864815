#pragma once
// Cross-origin resource sharing: which pages of other sites may use a bucket from a browser.
// Source: Amazon S3 User Guide, "Using cross-origin resource sharing (CORS)".
#include "s3/state.h"

namespace s3 {

// What an actual request's response carries besides, by the first rule that allows the origin the method ("PUT").
// Nothing where none does, or the bucket has no rules.
std::optional<http::HeaderList> cors_headers(const Bucket& bucket, std::string_view origin, std::string_view method);

// The answer to a preflight, which asks before the actual request. **Errors** bad_request where it lacks a header;
// cors_forbidden where no rule allows it; no_such_bucket.
aws::Result<aws::Response> preflight(State& state, const aws::Call& call);

}  // namespace s3
