// S3's aws-chunked bodies: chunks with a signature each, or unsigned ones with a CRC32 in a trailer.
#pragma once
#include <sys/uio.h>

#include <string>
#include <vector>

#include "bodies.h"
#include "options.h"
#include "signer.h"

namespace s3load {

// The Content-Length of a body of `size` bytes once it is framed.
size_t framed_size(const Options& options, size_t size);

// Appends the pieces of the framed body to `out`. They point into `body` and into `framing`, which is overwritten and must
// not change while `out` is in use. `seed_signature` is the request's own.
void frame_chunks(const Options& options, const Signer& signer, const std::string& seed_signature, const Body& body,
                  std::string& framing, std::vector<iovec>& out);

}  // namespace s3load
