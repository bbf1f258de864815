// Runs stages: threads, their workers, and the sum of what they measured.
#pragma once
#include <cstdint>

#include "stage.h"
#include "statistics.h"
#include "worker.h"

namespace s3load {

struct StageResult {
  Result result;
  double seconds = 0;  // that counted
};

class Runner {
 public:
  explicit Runner(const Setup& setup) : setup_(setup) {}

  StageResult run(Stage& stage);

 private:
  const Setup& setup_;
  uint64_t workers_ = 0;
};

}  // namespace s3load
