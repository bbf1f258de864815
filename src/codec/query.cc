#include "codec/query.h"

#include "codec/percent.h"

namespace codec {

std::optional<Query> Query::parse(std::string_view raw) {
  Query query;
  while (!raw.empty()) {
    auto end = raw.find('&');
    auto one = raw.substr(0, end);
    raw = end == raw.npos ? std::string_view() : raw.substr(end + 1);
    if (one.empty()) continue;
    if (query.parameters_.size() == limit) return std::nullopt;
    auto equals = one.find('=');
    auto name = form_decode(one.substr(0, equals));
    auto value = equals == one.npos ? std::string() : form_decode(one.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    query.parameters_.push_back({std::move(*name), std::move(*value), equals != one.npos});
  }
  return query;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (auto& parameter : parameters_)
    if (parameter.name == name) return parameter.value;
  return std::nullopt;
}

}  // namespace codec
