#pragma once
// What every fuzz program shares.
#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fuzz {

// Stops the program, so that the fuzzer keeps the input: also where assertions are compiled out.
inline void check(bool holds) {
  if (!holds) __builtin_trap();
}

inline std::string_view text(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace fuzz
