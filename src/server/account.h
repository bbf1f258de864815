#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "iam/accounts.h"
#include "meta/store.h"
#include "server/options.h"

namespace server {

// What requests of other processes are answered from.
struct ControlParts {
  iam::Accounts& accounts;
  meta::Store& meta;
  std::string region;
};

// What a running server answers to the commands of another process: one line of JSON for one. **Threads** One at a time.
std::string answer_control(const ControlParts& parts, std::string_view line);

// The region of the server that uses the data folder; nothing where none is running.
std::optional<std::string> region_of_server(const Options& options);

}  // namespace server
