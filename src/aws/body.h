#pragma once
// Bodies as handlers see them: aws-chunked encoding taken off, and everything that the client claimed about them verified.
#include <memory>

#include "aws/authenticate.h"
#include "aws/call.h"

namespace aws {

// Reads the claims of a request's headers and makes its body.
// Content-Length or chunked transfer; x-amz-decoded-content-length; Content-MD5; x-amz-checksum-* (at most one), x-amz-trailer,
// x-amz-sdk-checksum-algorithm; aws-chunked with signed or unsigned chunks and trailers.
// **Errors** at once: missing_content_length (411), invalid_digest, invalid_request (two checksums, an unknown one, a value of the wrong length),
// entity_too_large; while reading: incomplete_body, bad_digest (Content-MD5, checksum), x_amz_content_sha256_mismatch,
// signature_does_not_match (a chunk or trailer), invalid_request / malformed chunk grammar, request_timeout.
// `call` and `authenticated` must outlive the body. `limit_bytes` is of the decoded length.
Result<std::unique_ptr<Body>> make_body(const Call& call, const Authenticated& authenticated, uint64_t limit_bytes);

// The one x-amz-checksum-* header, its value as sent. **Errors** invalid_request where there are several.
Result<std::optional<ChecksumClaim>> checksum_header(const http::RequestHead& head);

}  // namespace aws
