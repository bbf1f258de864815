#pragma once
// The request pipeline: what happens to every request, in order, whatever the service.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "aws/authenticate.h"
#include "aws/failures.h"
#include "aws/metrics.h"
#include "aws/other_services.h"
#include "aws/service.h"
#include "http/server.h"

namespace aws {

// Writes one line per request. **Threads** Any. `line` has no line break.
class AccessLog {
 public:
  virtual ~AccessLog() = default;
  virtual void write(std::string_view line) = 0;
};

// Answers a request to a path of the program's own, /_cumulet/…. False: there is no such path.
using OwnPaths = std::function<Task<bool>(Call&)>;

struct GatewayParts {
  Service& service;
  FindKey find_key;
  AuthSettings auth;
  const base::Clock& clock;
  Metrics& metrics;
  AccessLog* access_log = nullptr;             // none: no log
  std::function<std::string()> extra_metrics;  // appended to /_cumulet/metrics
  size_t concurrent_requests = 1024;           // past it: 503 SlowDown
  OwnPaths more_paths;                         // besides ready and metrics
  std::chrono::steady_clock::duration silence = std::chrono::seconds(10);  // before a client that waits is sent a sign of life
};

// **Threads** `handle` runs on any network thread, concurrently. **Lifetime** Outlives the server.
class Gateway {
 public:
  explicit Gateway(GatewayParts parts);
  // The pipeline, and the paths of our own under /_cumulet/.
  Task<> handle(http::Exchange& exchange);
  // For http::Server: an XML error for what never became a request.
  static std::string refusal(int status);
  // Readiness is told by /_cumulet/ready.
  void set_ready(bool ready) { ready_ = ready; }
  // How many requests are being served. **Threads** Any.
  size_t in_flight() const { return in_flight_; }

 private:
  class BegunAnswer;
  Result<> route(Call& call) const;
  Task<Result<Response>> serve(Call& call, Authenticated& authenticated);
  Task<Result<>> prepare_body(Call& call, const Authenticated& authenticated) const;
  Task<> serve_own(Call& call);
  Task<> refuse(Call& call, const OtherService& service, std::chrono::steady_clock::time_point began);
  void add_ids(const Call& call, http::HeaderList& headers) const;
  Task<base::Result<>> send(Call& call, Response& response) const;
  void account(const Call& call, const Error* error, std::chrono::steady_clock::time_point began) const;
  void log_request(const Call& call, const Error* error, double seconds) const;

  GatewayParts parts_;
  std::string host_id_;  // x-amz-id-2: names this process
  std::atomic<bool> ready_{false};
  std::atomic<size_t> in_flight_{0};
  Failures failures_;
};

}  // namespace aws
