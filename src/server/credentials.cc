// credentials and ca: what a client has to be told.
#include <fmt/format.h>

#include "http/certificates.h"
#include "server/account.h"
#include "server/client_key.h"
#include "server/commands.h"
#include "server/data_folder.h"

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
  ClientKey key{pair->id, pair->secret, region};
  if (options.credentials_format == "csv")
    fmt::print("AWSAccessKeyId={}\nAWSSecretKey={}\n", key.id, key.secret);
  else
    fmt::print("{}", options.credentials_format == "profile" ? as_profile(key) : as_environment(key));
  return 0;
}

int print_ca(const Options& options) {
  auto certificates = http::Certificates::open(tls_folder(options.data));
  if (!certificates) return complain(certificates.error());
  fmt::print("{}\n", std::filesystem::absolute((*certificates)->ca_path()).string());
  return 0;
}

}  // namespace server
