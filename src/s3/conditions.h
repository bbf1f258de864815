#pragma once
// Conditional requests. Source: RFC 9110 section 13; Amazon S3, "Conditional reads" and "Conditional writes".
#include <optional>
#include <string>

#include "s3/state.h"

namespace s3 {

enum class Freshness { send, not_modified };

// The header names a read's conditions come in: plain, or of the source of a copy.
enum class ConditionsOn { request, copy_source };

// **Errors** precondition_failed (with Condition: the header that failed).
aws::Result<Freshness> check_read_conditions(const aws::Call& call, const ObjectRecord& object, ConditionsOn on);

// What is between an ETag's quotes, if it has any.
std::string_view plain_etag(std::string_view tag);

// What a write demands of what is there.
struct WriteConditions {
  bool if_absent = false;               // If-None-Match: *
  std::optional<std::string> if_match;  // an ETag without quotes, or "*"
};

// **Errors** not_implemented for an If-None-Match other than "*", as on AWS.
aws::Result<WriteConditions> write_conditions(const aws::Call& call);

// `current`: the object there now, if any. **Errors** precondition_failed; no_such_key where If-Match finds nothing.
aws::Result<> check_write_conditions(const WriteConditions& conditions, const std::optional<ObjectRecord>& current);

// Whether If-Range, if any, still names this object.
bool if_range_holds(const aws::Call& call, const ObjectRecord& object);

}  // namespace s3
