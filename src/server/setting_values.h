#pragma once
// What values of settings may be. The functions that check one return what is wrong with it; empty: nothing is.
#include <string>
#include <string_view>
#include <vector>

namespace server {

// Lower-case letters, digits and hyphens: "us-east-1".
std::string check_region(const std::string& text);
// A host name by RFC 1123, section 2.1: labels of letters, digits and inner hyphens.
std::string check_host(const std::string& text);
// A numeric address or localhost, and a port: "127.0.0.1:4566", "[::1]:0", "localhost:4566".
std::string check_listen(const std::string& text);
// "text, json or env".
std::string enumerated(const std::vector<std::string>& choices);
// A path that is not empty.
std::string check_folder(const std::string& text);
std::string check_number(const std::string& text, uint64_t least, uint64_t most);
std::string check_choice(const std::string& text, const std::vector<std::string>& choices);

// The name of an account, whether there is one or not.
std::string check_account_name(const std::string& text);
// The root's key pair as the environment has it; null and empty are unset, and unset may be both.
std::string check_root_key(const char* id, const char* secret);

// localhost in numbers: 127.0.0.1, and ::1 where this machine has that. A port 0 would be two ports: it is 127.0.0.1's alone.
std::vector<std::string> numeric_addresses(const std::vector<std::string>& listen);

// A leading "~/", or all of "~", is the home folder, as in a shell; HOME says where it is.
std::string expand_home(const std::string& path);

}  // namespace server
