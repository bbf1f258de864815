#pragma once
// What a server says when it is ready: where it is, and what to type next.
#include <string>
#include <vector>

namespace server {

struct Greeting {
  std::vector<std::string> addresses;  // "127.0.0.1:4566", the first of them for the examples
  std::string region;
  std::string program;      // what a user types to call it
  std::string data;         // absolute, and so is the next
  std::string certificate;  // of the authority to trust
};

// Several lines. Programs read the first: "Cumulet VERSION serves S3 at URL ...".
std::string render(const Greeting& greeting);

// What a user types to call this program.
std::string own_name();

}  // namespace server
