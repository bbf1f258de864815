#pragma once
// From a request to the row of the operation table that it asks for.
#include <array>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "s3/state.h"

namespace s3 {

// Where a request points: path style or virtual-host style.
struct Location {
  std::string bucket, key;
  bool virtual_host = false;
};

// `host` as the Host header has it, `path` decoded. A host that is BUCKET.BASE for one of the bases is virtual-host style;
// bases are s3.localhost, s3.REGION.localhost, and `hosts`.
Location locate(std::string_view host, std::string_view path, std::span<const std::string> hosts);

// The operation table, ready to be searched. **Threads** Any, once made.
class Router {
 public:
  explicit Router(std::vector<std::span<const Operation>> tables);

  // The row with the most constraints that the request meets. **Errors** method_not_allowed: nothing is done that way, or a
  // sub-resource is named that the row would ignore; invalid_argument: two sub-resources are.
  aws::Result<const Operation*> find(const aws::Call& call, aws::Method method, aws::Target target) const;
  std::vector<const Operation*> all() const;

 private:
  aws::Result<> check_sub_resources(const aws::Call& call, const Operation& row) const;

  static constexpr size_t methods = 6, targets = 3;
  std::array<std::vector<const Operation*>, methods * targets> rows_;
  std::set<std::string, std::less<>> sub_resources_;
};

}  // namespace s3
