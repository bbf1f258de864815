// check: is everything that is stored what it should be?
#include <fmt/format.h>
#include <unistd.h>

#include "server/commands.h"
#include "server/data_folder.h"
#include "s3/service.h"

namespace server {

static void show_progress(uint64_t done, uint64_t total) {
  if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r{} of {} MiB checked", done >> 20, total >> 20);
}

static void print_report(const s3::CheckReport& report) {
  for (auto& problem : report.problems) fmt::print("wrong: {}\n", problem);
  for (auto& repair : report.repairs) fmt::print("mended: {}\n", repair);
  fmt::print("{}, {}, {}, {}: {}\n", counted(report.buckets, "bucket"), counted(report.objects, "object"), counted(report.bytes, "byte"), counted(report.blobs, "blob"),
             report.problems.empty() ? "all is well" : counted(report.problems.size(), "problem"));
}

int check(const Options& options) {
  if (auto found = find_data_folder(options.data); !found) return complain(found.error());
  auto folder = DataFolder::open(options.data);
  if (!folder) return complain(folder.error());
  base::SystemClock clock;
  s3::Parts parts{(*folder)->meta(), (*folder)->blobs(), (*folder)->accounts(), (*folder)->pool(), clock, {}};
  auto report = s3::check(parts, options.repair, show_progress);
  if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r\033[K");
  if (!report) return complain(report.error());
  print_report(*report);
  return report->problems.empty() ? 0 : exit_failed;
}

}  // namespace server
