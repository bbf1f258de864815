#pragma once
// Where the lines of the access log go.
#include <memory>
#include <string>

#include "aws/gateway.h"
#include "base/result.h"

namespace server {

// A file that is appended to (reopened on SIGHUP, so that it can be rotated), or standard output for "-". Lines are kept for
// a moment and written together; the destructor writes the rest. A disk that is full loses lines, not requests.
class LogFile : public aws::AccessLog {
 public:
  static base::Result<std::unique_ptr<LogFile>> open(const std::string& path);
  // **Threads** Any.
  virtual void reopen() = 0;
};

}  // namespace server
