#pragma once
// Blobs in memory, for tests: the same promises but for durability.
#include "blob/store.h"

namespace blob {

std::unique_ptr<Store> make_memory_store();

}  // namespace blob
