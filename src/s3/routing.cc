#include "s3/routing.h"

namespace s3 {

static std::string_view without_port(std::string_view host) {
  auto colon = host.rfind(':');
  if (colon == host.npos || host.ends_with(']')) return host;
  return host.substr(0, colon);
}

// What stands before ".BASE"; empty where the host ends differently.
static std::string_view before_base(std::string_view host, std::string_view base) {
  if (host.size() <= base.size() + 1 || !host.ends_with(base) || host[host.size() - base.size() - 1] != '.') return {};
  return host.substr(0, host.size() - base.size() - 1);
}

// "us-east-1": three parts, the last a number.
static bool looks_like_region(std::string_view label) {
  return std::ranges::count(label, '-') >= 2 && label.back() >= '0' && label.back() <= '9';
}

// BUCKET.s3.REGION.localhost
static std::string_view before_regional_base(std::string_view host) {
  auto rest = before_base(host, "localhost");
  auto period = rest.rfind('.');
  if (period == rest.npos || period + 1 == rest.size() || !looks_like_region(rest.substr(period + 1))) return {};
  return before_base(rest.substr(0, period), "s3");
}

static std::string_view bucket_in_host(std::string_view host, std::span<const std::string> hosts) {
  host = without_port(host);
  if (auto bucket = before_base(host, "s3.localhost"); !bucket.empty()) return bucket;
  if (auto bucket = before_regional_base(host); !bucket.empty()) return bucket;
  for (auto& base : hosts)
    if (auto bucket = before_base(host, base); !bucket.empty() && bucket != "s3") return bucket;
  return {};
}

Location locate(std::string_view host, std::string_view path, std::span<const std::string> hosts) {
  Location found;
  if (path.starts_with('/')) path.remove_prefix(1);
  auto bucket = bucket_in_host(host, hosts);
  if (!bucket.empty()) {
    found.bucket = bucket;
    found.key = path;
    found.virtual_host = true;
    return found;
  }
  auto slash = path.find('/');
  found.bucket = path.substr(0, slash);
  if (slash != path.npos) found.key = path.substr(slash + 1);
  return found;
}

static size_t slot(aws::Method method, aws::Target target) {
  return static_cast<size_t>(method) * 3 + static_cast<size_t>(target);
}

Router::Router(std::vector<std::span<const Operation>> tables) {
  for (auto table : tables)
    for (auto& row : table) {
      rows_[slot(row.method, row.target)].push_back(&row);
      if (!row.parameter.empty() && row.parameter.find('=') == row.parameter.npos) sub_resources_.emplace(row.parameter);
    }
}

// "name" asks for the parameter, "name=value" for that value.
static bool meets(const codec::Query& query, std::string_view wanted) {
  if (wanted.empty()) return true;
  auto equals = wanted.find('=');
  if (equals == wanted.npos) return query.has(wanted);
  return query.find(wanted.substr(0, equals)) == wanted.substr(equals + 1);
}

// A sub-resource says what a request is about; the value of a parameter, or a header, only how.
static int weight(std::string_view parameter) {
  if (parameter.empty()) return 0;
  return parameter.find('=') == parameter.npos ? 2 : 1;
}

static int weight(const Operation& row) { return weight(row.parameter) + weight(row.parameter2) + !row.header.empty(); }

// A sub-resource in the query that the row knows nothing of.
aws::Result<> Router::check_sub_resources(const aws::Call& call, const Operation& row) const {
  if (row.method == aws::Method::options) return {};  // asks about any request
  for (auto& parameter : call.query.all()) {
    if (parameter.name == row.parameter || parameter.name == row.parameter2 || !sub_resources_.contains(parameter.name)) continue;
    if (!sub_resources_.contains(row.parameter)) return aws::fail(aws::ErrorCode::method_not_allowed, {}, {{"ResourceType", parameter.name}});
    return aws::fail(aws::ErrorCode::invalid_argument, "Conflicting query string parameters: " + std::string(row.parameter) + ", " + parameter.name,
                     {{"ArgumentName", "ResourceType"}, {"ArgumentValue", std::string(row.parameter)}});
  }
  return {};
}

aws::Result<const Operation*> Router::find(const aws::Call& call, aws::Method method, aws::Target target) const {
  const Operation* best = nullptr;
  bool no_query = call.query.all().empty();
  for (auto* row : rows_[slot(method, target)]) {
    if (no_query && !row->parameter.empty()) continue;  // most requests have none
    bool met = meets(call.query, row->parameter) && meets(call.query, row->parameter2) &&
               (row->header.empty() || call.has_header(row->header));
    if (met && (!best || weight(*row) > weight(*best))) best = row;
  }
  if (!best) return aws::fail(aws::ErrorCode::method_not_allowed);
  TRY_VOID(check_sub_resources(call, *best));
  return best;
}

std::vector<const Operation*> Router::all() const {
  std::vector<const Operation*> out;
  for (auto& rows : rows_) out.insert(out.end(), rows.begin(), rows.end());
  return out;
}

}  // namespace s3
