#pragma once
// Commands on a data folder that is not there, while the one of the installed service is what was meant.
#include <filesystem>
#include <string>
#include <string_view>

#include "server/options.h"

namespace server {

// A line that names the service's data folder and the command on it, where the package is installed; or empty.
// `root`: "/", but for tests.
std::string hint_of_service(const std::filesystem::path& root, std::string_view command);

// The command, which needs a data folder: without one it says so instead of running. `name`: "account create"; `by_default`: the
// folder where none is given.
Command on_data_folder(std::string name, std::filesystem::path by_default, Command command);

}  // namespace server
