// The form that a policy's own conditions describe is allowed if they do not contradict one another; then each of its fields is
// needed, and no other may be there.
#include "fuzz.h"
#include "s3/post_policy.h"

namespace {

using Fields = std::vector<codec::FormField>;

// One field for each name that is spoken of, the bucket aside, with the value of the last condition.
Fields described(const s3::PostPolicy& policy) {
  Fields fields;
  for (auto& condition : policy.conditions) {
    if (condition.field == "bucket") continue;
    std::erase_if(fields, [&](auto& field) { return field.name == condition.field; });
    fields.push_back({condition.field, condition.value});
  }
  return fields;
}

bool allows(const s3::PostPolicy& policy, const Fields& fields) {
  return s3::check_post_policy(policy, fields, "b", policy.expiration - std::chrono::milliseconds(1)).has_value();
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto policy = s3::parse_post_policy(fuzz::text(data, size));
  if (!policy) return 0;
  auto fields = described(*policy);
  fuzz::check(!s3::check_post_policy(*policy, fields, "b", policy->expiration));
  if (!allows(*policy, fields)) return 0;
  for (size_t i = 0; i < fields.size(); i++) {
    auto fewer = fields;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
    fuzz::check(!allows(*policy, fewer));
  }
  auto more = fields;
  more.push_back({"no condition speaks of this", ""});
  bool spoken_of = std::ranges::any_of(policy->conditions, [](auto& condition) { return condition.field == "no condition speaks of this"; });
  fuzz::check(spoken_of || !allows(*policy, more));
  return 0;
}
