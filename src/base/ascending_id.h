#pragma once
// Unique names that ascend in time, so that what is made together lies together in an ordered store.
#include <string>

#include "base/clock.h"

namespace base {

inline constexpr size_t ascending_id_digits = 32;

// 32 lower-case hexadecimal digits: the time, a count, and what tells this process from any other. Ids of one process and one
// millisecond ascend too. **Not a secret**: whoever sees one can guess others. **Threads** Any.
std::string ascending_id(Time now);

}  // namespace base
