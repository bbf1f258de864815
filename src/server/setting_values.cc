#include "server/setting_values.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ranges>

#include "codec/numbers.h"
#include "iam/ids.h"

namespace server {

namespace {

constexpr std::string_view localhost = "localhost";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

bool is_label(std::string_view label) {
  bool characters = std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
  return characters && !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-';
}

// "127.0.0.1", "::1", "[::1]", "fe80::1%eth0".
bool is_numeric_address(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), bytes) == 1;
}

bool has_ipv6_loopback() {
  int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  bool there = bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return there;
}

}  // namespace

std::string check_region(const std::string& text) {
  bool good = !text.empty() && std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  return good ? "" : quoted(text) + " is not a region: give lower-case letters, digits and hyphens, such as us-east-1";
}

std::string check_host(const std::string& text) {
  bool good = text.size() <= 253;
  for (auto label : text | std::views::split('.')) good = good && is_label({label.begin(), label.end()});
  if (good && !text.empty()) return "";
  return quoted(text) + " is not a host name: give labels of letters, digits and hyphens between periods, without a port, such as s3.example.com";
}

std::string check_listen(const std::string& text) {
  auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  auto port = colon == text.npos ? std::nullopt : codec::parse_u64(std::string_view(text).substr(colon + 1));
  if (port && *port <= 65'535 && (host == localhost || is_numeric_address(host))) return "";
  return quoted(text) +
         " is not an address to listen on: give a numeric address or localhost, a colon, and a port up to 65535. 127.0.0.1:4566 is for this "
         "machine only, 0.0.0.0:4566 and [::]:4566 are for others too; under which name they come is what --host is for";
}

std::string check_folder(const std::string& text) {
  return text.empty() ? "the folder's name is empty; give a path, such as ~/cumulet" : "";
}

std::string check_number(const std::string& text, uint64_t least, uint64_t most) {
  auto number = codec::parse_u64(text);
  if (number && *number >= least && *number <= most) return "";
  return quoted(text) + " is not a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

std::string enumerated(const std::vector<std::string>& choices) {
  std::string list;
  for (size_t i = 0; i < choices.size(); i++) (list += i == 0 ? "" : i + 1 < choices.size() ? ", " : " or ") += choices[i];
  return list;
}

std::string check_choice(const std::string& text, const std::vector<std::string>& choices) {
  if (std::ranges::find(choices, text) != choices.end()) return "";
  return quoted(text) + " is not one of its values: give " + enumerated(choices);
}

std::string check_account_name(const std::string& text) {
  return iam::is_account_name(text) ? "" : quoted(text) + " is not the name of an account: give 1 to 64 letters, digits and +=,.@_-";
}

std::string check_root_key(const char* id, const char* secret) {
  static constexpr std::string_view id_name = "CUMULET_ROOT_ACCESS_KEY", secret_name = "CUMULET_ROOT_SECRET_KEY";
  bool has_id = id && *id, has_secret = secret && *secret;
  auto alone = [](std::string_view given, std::string_view missing) { return std::string(given) + " is set and " + std::string(missing) + " is not: set both, or neither"; };
  if (has_id && !has_secret) return alone(id_name, secret_name);
  if (has_secret && !has_id) return alone(secret_name, id_name);
  if (has_id && !iam::is_access_key_id(id)) return std::string(id_name) + ": " + quoted(id) + " is not an access key: give 16 to 128 letters, digits and _";
  if (has_secret && !iam::is_secret(secret)) return std::string(secret_name) + " is not a secret key: give 8 to 128 printable ASCII characters without a space";
  return "";
}

std::vector<std::string> numeric_addresses(const std::vector<std::string>& listen) {
  std::vector<std::string> out;
  for (auto& text : listen) {
    auto colon = text.rfind(':');
    if (colon == text.npos || text.substr(0, colon) != localhost) {
      out.push_back(text);
      continue;
    }
    auto port = text.substr(colon);
    out.push_back("127.0.0.1" + port);
    if (codec::parse_u64(port.substr(1)) != 0 && has_ipv6_loopback()) out.push_back("[::1]" + port);
  }
  return out;
}

std::string expand_home(const std::string& path) {
  if (path != "~" && !path.starts_with("~/")) return path;
  auto* home = std::getenv("HOME");
  return home && *home ? home + path.substr(1) : path;
}

}  // namespace server
