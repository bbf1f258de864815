#pragma once
// Counts of what was served, per operation, in Prometheus' text format.
#include <memory>
#include <string>
#include <string_view>

#include "aws/operation.h"

namespace aws {

// **Threads** Any.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  // One finished request, and the status of its outcome. `operation` must live for ever (a row's name); seconds from its head to its last byte.
  void count(std::string_view operation, int status, double seconds, uint64_t bytes_in, uint64_t bytes_out);
  void in_flight(int change);
  // Families cumulet_requests_total{operation,status}, cumulet_request_seconds (histogram by operation), cumulet_bytes_received_total,
  // cumulet_bytes_sent_total, cumulet_requests_in_flight.
  std::string render() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aws
