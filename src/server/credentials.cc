// credentials and ca: what a client has to be told.
#include <fmt/format.h>

#include "http/certificates.h"
#include "server/account.h"
#include "server/commands.h"
#include "server/data_folder.h"
#include "server/shell.h"

namespace server {

int complain(const base::Error& error, int exit_code) {
  fmt::print(stderr, "cumulet: {}\n", error.what);
  return exit_code;
}

std::string counted(uint64_t number, std::string_view noun) { return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s"); }

int print_credentials(const Options& options) {
  auto pair = read_root_key(options.data);
  if (!pair) return complain(pair.error());
  auto region = !options.credentials_region.empty() ? options.credentials_region : region_of_server(options).value_or(options.region);
  if (options.credentials_format == "csv")
    fmt::print("AWSAccessKeyId={}\nAWSSecretKey={}\n", pair->id, pair->secret);
  else if (options.credentials_format == "profile")
    fmt::print("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = {}\n", pair->id, pair->secret, region);
  else
    fmt::print("export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\nexport AWS_DEFAULT_REGION={}\n", shell_quoted(pair->id), shell_quoted(pair->secret), shell_quoted(region));
  return 0;
}

int print_ca(const Options& options) {
  auto certificates = http::Certificates::open(tls_folder(options.data));
  if (!certificates) return complain(certificates.error());
  fmt::print("{}\n", std::filesystem::absolute((*certificates)->ca_path()).string());
  return 0;
}

}  // namespace server
