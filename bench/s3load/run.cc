#include "run.h"

#include <algorithm>
#include <memory>
#include <thread>

namespace s3load {

StageResult Runner::run(Stage& stage) {
  stage.start(now_ns());
  int threads = std::min(setup_.options.threads, stage.connections);
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < threads; i++) {
    int connections = stage.connections / threads + (i < stage.connections % threads);
    workers.push_back(std::make_unique<Worker>(setup_, stage, connections, setup_.options.seed + workers_++));
  }
  {
    std::vector<std::jthread> running;
    for (auto& worker : workers) running.emplace_back([&worker] { worker->run(); });
  }
  uint64_t end = std::min(now_ns(), stage.end_ns);
  StageResult total;
  total.seconds = end > stage.count_from_ns ? static_cast<double>(end - stage.count_from_ns) / 1e9 : 0;
  for (auto& worker : workers) total.result.merge(worker->result());
  return total;
}

}  // namespace s3load
