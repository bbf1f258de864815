#pragma once
// How another process of the same user asks a running server for what no AWS API has: a local socket in the data folder.
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace server {

// Answers one line with one line.
using Answer = std::function<std::string(std::string_view line)>;

// Listens on DATA/control (mode 0600) until destroyed. One request at a time: it is for a person at a shell.
// **Threads** `answer` runs on a thread of its own.
class Control {
 public:
  static base::Result<std::unique_ptr<Control>> listen(const std::filesystem::path& data, Answer answer);
  virtual ~Control() = default;
};

// Asks the server that uses the data folder. **Errors** not_found: none does.
base::Result<std::string> ask_server(const std::filesystem::path& data, std::string_view line);

}  // namespace server
