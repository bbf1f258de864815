#include "server/installed.h"

#include "server/commands.h"
#include "server/data_folder.h"
#include "server/shell.h"

namespace server {

static constexpr std::string_view service_data = "/var/lib/cumulet";

std::string hint_of_service(const std::filesystem::path& root, std::string_view command) {
  std::error_code error;
  bool installed = std::filesystem::exists(root / "etc/cumulet/cumulet.toml", error) || std::filesystem::exists(root / "var/lib/cumulet", error);
  if (!installed) return "";
  return "\nThe installed service keeps its data in " + std::string(service_data) + ": sudo -u cumulet cumulet " + std::string(command) + " --data " + std::string(service_data);
}

Command on_data_folder(std::string name, std::filesystem::path by_default, Command command) {
  return [name = std::move(name), by_default = std::move(by_default), command = std::move(command)](const Options& options) {
    auto found = find_data_folder(options.data);
    if (found) return command(options);
    bool missing = found.error().kind == base::Errc::not_found && options.data == by_default;
    auto words = options.account_name.empty() ? name : name + " " + shell_word(options.account_name);
    return complain({found.error().kind, found.error().what + (missing ? hint_of_service("/", words) : "")});
  };
}

}  // namespace server
