#pragma once
// A key pair in the forms that clients read.
#include <string>

namespace server {

struct ClientKey {
  std::string id, secret, region;
  std::string profile = "default";  // the name of the section in ~/.aws/credentials
};

// Lines for a shell: "export AWS_ACCESS_KEY_ID='...'".
std::string as_environment(const ClientKey& key);
// A section for ~/.aws/credentials.
std::string as_profile(const ClientKey& key);

}  // namespace server
