#pragma once
#include <string>
#include <string_view>

#include "iam/accounts.h"

namespace server {

// What a running server answers to `account create` of another process: one line of JSON for one.
std::string answer_control(iam::Accounts& accounts, std::string_view line);

}  // namespace server
