#include "server/greeting.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "server/shell.h"
#include "server/version.h"

namespace server {

// "0.0.0.0:4566" as a client on this machine reaches it.
static std::string reachable(std::string address) {
  for (std::string_view any : {"0.0.0.0:", "[::]:"})
    if (address.starts_with(any)) return "127.0.0.1:" + address.substr(any.size());
  return address;
}

std::string own_name() {
  std::error_code error;
  auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error || path == "/usr/bin/cumulet" ? "cumulet" : path.string();
}

std::string render(const Greeting& greeting) {
  auto& [addresses, region, program, data, certificate] = greeting;
  auto url = "http://" + reachable(addresses.front());
  auto out = fmt::format("Cumulet {} serves S3 at {} (and https, same port; certificate to trust: {})\n", version, url, certificate);
  for (size_t i = 1; i < addresses.size(); i++) out += fmt::format("  also at http://{}\n", reachable(addresses[i]));
  bool open_to_others = std::ranges::any_of(addresses, [](auto& bound) { return reachable(bound) != bound; });
  if (open_to_others) out += "  Other machines can reach it too, at this machine's address: let them use https, since http can be read on the way.\n";
  return out + fmt::format("\n  eval \"$({} credentials --data {})\"\n  aws --endpoint-url {} s3 mb s3://my-bucket\n\n"
                           "S3 clients that know AWS_ENDPOINT_URL_S3 (awscli from 2.13, boto3 from 1.28) need no more than this:\n\n"
                           "  export AWS_ENDPOINT_URL_S3={}\n\n"
                           "Region: {}   Data: {}   Key pair: {}/rootkey.csv   Stop: Ctrl-C\n",
                           shell_word(program), shell_word(data), shell_word(url), shell_word(url), region, data, data);
}

}  // namespace server
