// What s3load prints about the measured stage.
#pragma once
#include <string>

#include "options.h"
#include "run.h"

namespace s3load {

struct Report {
  StageResult stage;
  double client_cpu_s = 0, server_cpu_s = 0, server_rss_mib = 0;
};

// One JSON object. `arguments` is the command line.
std::string json(const Options& options, const Report& report, const std::string& arguments);
// One line for people.
std::string summary(const Options& options, const Report& report);

// The command line in one string, without the secret key.
std::string join_arguments(int argc, char** argv);

}  // namespace s3load
