#pragma once
#include <string_view>

namespace server {

inline constexpr std::string_view version = CUMULET_VERSION;

}  // namespace server
