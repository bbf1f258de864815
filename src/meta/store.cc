#include "meta/store.h"

namespace meta {

Task<Result<std::optional<std::string>>> get(const Store& store, std::string_view partition, std::string_view key) {
  if (auto known = store.try_get(partition, key)) co_return std::move(*known);
  co_return co_await base::offload(store.pool(), [&] { return store.reader(partition)->get(key); });
}

}  // namespace meta
