#pragma once
// Randomness that an attacker cannot guess.
#include <cstddef>
#include <string>

namespace base {

// `count` bytes from the operating system's generator. **Threads** Any.
std::string random_bytes(size_t count);

// `digits` lower-case hexadecimal digits.
std::string random_hex(size_t digits);

// Upper-case letters and digits, as in AWS's access key ids.
std::string random_upper(size_t count);

}  // namespace base
