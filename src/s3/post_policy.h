#pragma once
// The policy of a form upload: what its signer lets whoever fills the form in send.
// Source: Amazon S3 API Reference, "POST policy".
#include <span>
#include <string>
#include <vector>

#include "aws/errors.h"
#include "base/clock.h"
#include "codec/form.h"

namespace s3 {

struct PostPolicy {
  enum class Match { eq, starts_with };
  struct Condition {
    Match match = Match::eq;
    std::string field;  // lower case
    std::string value;
  };

  base::Time expiration{};
  std::vector<Condition> conditions;
  // Of the file: [min_bytes, max_bytes], both included.
  uint64_t min_bytes = 0, max_bytes = UINT64_MAX;
};

// Reads a policy's JSON. What is not understood is refused: it may have been meant as a restriction.
// **Errors** invalid_policy_document.
aws::Result<PostPolicy> parse_post_policy(std::string_view json);

// Whether the policy allows the form: it has not expired, every condition is met, and no field is there that no condition speaks
// of, but those that sign the form and x-ignore-*. `fields` in the order sent, names in any case, variables replaced; the bucket
// that the form is sent to counts as a field. **Errors** access_denied.
aws::Result<> check_post_policy(const PostPolicy& policy, std::span<const codec::FormField> fields, std::string_view bucket, base::Time now);

}  // namespace s3
