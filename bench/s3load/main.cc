// s3load: a small, fast load generator for S3-compatible servers.
//
// One thread drives many keep-alive connections through epoll. Signed headers are kept for each key, and bodies are slices
// of one buffer, so that one core offers more requests a second than a server on another core can answer.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "bodies.h"
#include "options.h"
#include "process.h"
#include "report.h"
#include "run.h"
#include "target.h"

namespace s3load {
namespace {

// A stage besides the measured one: it must succeed entirely.
void run_chore(Runner& runner, const Options& options, const char* what, Op op, uint64_t limit, int connections) {
  Stage stage;
  stage.weights[op] = 1;
  stage.limit = limit;
  stage.connections = connections;
  auto [result, seconds] = runner.run(stage);
  for (auto& sample : result.samples) fprintf(stderr, "s3load: %s: %s\n", what, sample.c_str());
  if (!result.errors.empty() && !options.allow_errors) exit(1);
  if (!options.quiet && op != Op::create_bucket)
    fprintf(stderr, "s3load: %s: %lu objects in %.2f s\n", what, result.per_op[op].ops, seconds);
}

Report run_measured(Runner& runner, const Options& options) {
  Stage stage;
  stage.weights = options.weights;
  stage.connections = options.connections;
  stage.warmup_s = options.warmup_s;
  stage.duration_s = options.requests ? 0 : options.duration_s;
  stage.limit = options.requests;
  stage.rate = options.rate;
  stage.unique = options.unique;
  double client_before = own_cpu_seconds(), server_before = cpu_seconds(options.server_pid);
  StageResult result = runner.run(stage);
  return {std::move(result), own_cpu_seconds() - client_before, cpu_seconds(options.server_pid) - server_before,
          resident_mib(options.server_pid)};
}

int run(int argc, char** argv) {
  Options options = parse_options(argc, argv);
  Target target(options);
  Bodies bodies(options);
  Setup setup{options, target, bodies};
  Runner runner(setup);
  if (options.create_bucket) run_chore(runner, options, "create bucket", Op::create_bucket, 1, 1);
  if (options.prepare) run_chore(runner, options, "prepare", Op::put, options.objects, options.connections);
  Report report = run_measured(runner, options);
  if (options.cleanup) run_chore(runner, options, "clean up", Op::remove, options.objects, options.connections);
  puts(json(options, report, join_arguments(argc, argv)).c_str());
  if (!options.quiet) fprintf(stderr, "s3load: %s\n", summary(options, report).c_str());
  return report.stage.result.errors.empty() || options.allow_errors ? 0 : 1;
}

}  // namespace
}  // namespace s3load

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  return s3load::run(argc, argv);
}
