#pragma once
// Requests for services of AWS that are not here: which service it is, and a 501 in the form that the service's clients read.
#include <optional>
#include <string>
#include <string_view>

#include "aws/call.h"

namespace aws {

// How a service writes its errors. Source: Smithy's specifications of AWS's protocols.
enum class Protocol { query, ec2, json, rest_json, rest_xml };

struct OtherService {
  std::string name;  // for a sentence: "AWS STS (sts)"
  Protocol protocol;
};

// The service that a request is for, where that is not `own`. What its signature's scope says comes first; after that X-Amz-Target,
// and Action beside Version in the query. An unsigned form to the root, as AssumeRoleWithWebIdentity is sent, is for one that only its
// body could name. A request that looks like one of `own`, and was signed for another, is `own`'s to refuse.
// Needs of `call`: exchange, path, query, virtual_host.
std::optional<OtherService> other_service(const Call& call, std::string_view own);

// 501, naming the service and what to do.
Response not_here(const Call& call, const OtherService& service);

}  // namespace aws
