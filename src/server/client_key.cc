#include "server/client_key.h"

#include <fmt/format.h>

#include "server/shell.h"

namespace server {

std::string as_environment(const ClientKey& key) {
  return fmt::format("export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\nexport AWS_DEFAULT_REGION={}\n", shell_quoted(key.id), shell_quoted(key.secret), shell_quoted(key.region));
}

std::string as_profile(const ClientKey& key) {
  return fmt::format("[{}]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = {}\n", key.profile, key.id, key.secret, key.region);
}

}  // namespace server
