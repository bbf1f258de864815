#pragma once
// The query of a request target.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codec {

// Parameters in the order sent, decoded ("+" is a space, as AWS's front end has it).
class Query {
 public:
  struct Parameter {
    std::string name, value;
    bool has_value = false;  // there was a "=": signature version 2 tells "?acl" from "?acl="
  };
  static constexpr size_t limit = 1000;

  // `raw` without its "?". Nothing for a malformed escape or more than `limit` parameters.
  static std::optional<Query> parse(std::string_view raw);

  // The first value under that name; a parameter without "=" has an empty one.
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  const std::vector<Parameter>& all() const { return parameters_; }

 private:
  std::vector<Parameter> parameters_;
};

}  // namespace codec
