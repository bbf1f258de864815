#pragma once
// The rules of a CORSConfiguration, and what they allow.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/errors.h"

namespace s3 {

inline constexpr size_t max_cors_rules = 100;

struct CorsRule {
  std::string id;
  std::vector<std::string> origins, methods, allowed_headers, exposed_headers;
  std::optional<uint64_t> max_age_seconds;
};

// **Errors** malformed_xml; invalid_request for a rule that S3 does not accept.
aws::Result<std::vector<CorsRule>> cors_rules_from_xml(std::string_view document);
std::string cors_rules_to_xml(const std::vector<CorsRule>& rules);

// Whether rules can be about that method.
bool is_cors_method(std::string_view method);

// A pattern matches as it is, or with any text for its one "*".
bool matches_pattern(std::string_view pattern, std::string_view text);

// A rule, and the pattern of its origins that matched.
struct CorsMatch {
  const CorsRule* rule = nullptr;
  std::string_view origin_pattern;
};
// The first rule that allows the origin the method with all of those headers; header names are compared without case.
// Valid as long as the rules.
std::optional<CorsMatch> find_cors_rule(const std::vector<CorsRule>& rules, std::string_view origin, std::string_view method,
                                        std::span<const std::string> headers);

}  // namespace s3
