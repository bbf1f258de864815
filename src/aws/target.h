#pragma once
// Reads where a request points, before anything is known of services: path, query and host.
#include <optional>

#include "aws/call.h"

namespace aws {

// The path and query of a request target, still encoded; of http://host/path?query as well (RFC 9112, section 3.2.2), where the
// path may be empty and means "/". Nothing for another form.
std::optional<std::string_view> origin_form(std::string_view target);

// Fills in `path` and `query`. **Errors** invalid_uri.
Result<> read_target(Call& call);

// Fills in `host`. **Errors** bad_request: there is not exactly one Host header; HTTP/1.0 needs none.
Result<> read_host(Call& call);

// A presigned request may carry x-amz-* headers as parameters, which its signature covers: from here on they are headers.
void promote_parameters(Call& call);

}  // namespace aws
