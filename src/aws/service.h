#pragma once
// What a service gives the pipeline: its routes, its decision on access, and its operations.
#include "aws/call.h"

namespace aws {

class Service {
 public:
  virtual ~Service() = default;
  // Fills in `operation`, `bucket`, `key`, … from method, host, path, query and headers. Touches no storage.
  virtual Result<> route(Call& call) const = 0;
  // Whether the operation answers before authentication, as CORS preflight and form uploads do (they check by themselves).
  virtual bool authenticates_itself(const Call& call) const = 0;
  // Whether the caller may do it: the one place where that is decided.
  virtual Result<> authorize(const Call& call) const = 0;
  virtual Task<Result<Response>> run(Call& call) = 0;
  // An error's body, and headers that belong to every response (also to errors), such as those of CORS.
  virtual Response render(const Call& call, const Error& error) const = 0;
  virtual void decorate(const Call& call, Response& response) const = 0;
};

}  // namespace aws
