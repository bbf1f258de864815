#pragma once
// MD5 of several texts at once, each in a lane of wide registers: MD5 is a chain of dependent steps, so that one text alone leaves
// most of a processor idle.
#include <array>
#include <span>
#include <string_view>

namespace crypto {

using Md5 = std::array<char, 16>;  // raw bytes

// As many at once as the processor has lanes for: 4, 8 or 16. A full set takes about as long as its longest text alone; texts of
// like lengths are put together. **Requires** as many digests as texts. **Threads** Any.
void md5_of_each(std::span<const std::string_view> texts, std::span<Md5> digests);

}  // namespace crypto
