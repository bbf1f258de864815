#pragma once
// The TOML file that --config names.
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace server {

// Sets what the file says and the command line does not. **Errors** as CLI::ValidationError, with the place in the file.
void apply_configuration(CLI::App& command, const std::string& path);

}  // namespace server
