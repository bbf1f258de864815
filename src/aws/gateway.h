#pragma once
// The request pipeline: what happens to every request, in order, whatever the service.
#include <atomic>
#include <memory>
#include <string>

#include "aws/authenticate.h"
#include "aws/metrics.h"
#include "aws/service.h"
#include "http/server.h"

namespace aws {

// Writes one line per request. **Threads** Any. `line` has no line break.
class AccessLog {
 public:
  virtual ~AccessLog() = default;
  virtual void write(std::string_view line) = 0;
};

struct GatewayParts {
  Service& service;
  FindKey find_key;
  AuthSettings auth;
  const base::Clock& clock;
  Metrics& metrics;
  AccessLog* access_log = nullptr;             // none: no log
  std::function<std::string()> extra_metrics;  // appended to /_cumulet/metrics
  size_t concurrent_requests = 1024;           // past it: 503 SlowDown
};

// **Threads** `handle` runs on any network thread, concurrently. **Lifetime** Outlives the server.
class Gateway {
 public:
  explicit Gateway(GatewayParts parts) : parts_(std::move(parts)) {}
  // The pipeline, and the paths of our own under /_cumulet/.
  base::Task<> handle(http::Exchange& exchange);
  // For http::Server: an XML error for what never became a request.
  static std::string refusal(int status);
  // Readiness is told by /_cumulet/ready.
  void set_ready(bool ready) { ready_ = ready; }

 private:
  GatewayParts parts_;
  std::atomic<bool> ready_{false};
  std::atomic<size_t> in_flight_{0};
};

}  // namespace aws
