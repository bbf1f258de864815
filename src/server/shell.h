#pragma once
// Text that a person pastes into a POSIX shell.
#include <string>
#include <string_view>

namespace server {

// As one word of a shell, between quotes, whatever is in it.
std::string shell_quoted(std::string_view text);
// The same, without the quotes where a shell needs none.
std::string shell_word(std::string_view text);

}  // namespace server
