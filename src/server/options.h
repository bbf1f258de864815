#pragma once
// What the command line and the configuration file ask for.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace server {

// Exit codes are part of the program's interface: the manual page lists them.
inline constexpr int exit_failed = 1;  // something failed, or `check` or `doctor` found something wrong
inline constexpr int exit_usage = 2;   // the command line or the settings are wrong; nothing was done

struct Options {
  std::filesystem::path data;  // the folder that everything is kept in
  std::vector<std::string> listen{"127.0.0.1:4566"};  // numeric addresses, or localhost
  std::string region = "us-east-1";
  std::vector<std::string> hosts;  // names below which BUCKET.NAME is a bucket
  std::string access_log;          // a file; "-": standard output; empty: none
  std::string log_level = "info";
  unsigned threads = 0;  // network threads; 0: one per CPU
  size_t max_connections = 10'000;
  size_t max_requests = 1024;
  bool no_sigv2 = false;

  bool repair = false;                     // of check
  std::string account_name;                // of account create and delete
  std::string account_format = "text";     // of account: text, json; of account create also env, profile
  std::string credentials_format = "env";  // of credentials: env, profile, csv
  std::string credentials_region;          // of credentials; empty: the running server's
};

// One of the program's commands: returns the process's exit code.
using Command = std::function<int(const Options&)>;

struct Invocation {
  Options options;
  Command command;
};

// Reads the command line. Nothing to run where it asked for help, or was wrong: then `exit_code` says which, and the text
// was printed already.
struct Parsed {
  Invocation invocation;
  int exit_code = 0;
  bool run = false;
};
Parsed parse_command_line(int argc, char** argv);

}  // namespace server
