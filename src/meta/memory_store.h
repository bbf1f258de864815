#pragma once
// The metadata store of tests: the same promises but for durability.
#include "meta/store.h"

namespace meta {

// `pool` must outlive the store.
std::unique_ptr<Store> make_memory_store(base::ThreadPool& pool);

}  // namespace meta
