#pragma once
// Memory for what is large in all and looked up at random, in pages of 2 MiB: with small ones each look costs a walk through the
// page table, which in a virtual machine is a long one.
#include <cstddef>
#include <memory>

namespace base {

// Memory that the system is asked to back with huge pages; where it has none, or the allocator is not jemalloc, it is memory
// like any other. Throws std::bad_alloc. **Threads** Any.
void* allocate_huge(size_t bytes);
// `bytes` as it was allocated with.
void free_huge(void* memory, size_t bytes) noexcept;

// The same for containers and std::allocate_shared. For many things that come and go one by one: the arena behind it gives
// memory back as any other does.
template <class T>
struct HugePages {
  using value_type = T;
  HugePages() = default;
  template <class U>
  HugePages(const HugePages<U>&) noexcept {}

  T* allocate(size_t count) { return static_cast<T*>(allocate_huge(count * sizeof(T))); }
  void deallocate(T* memory, size_t count) noexcept { free_huge(memory, count * sizeof(T)); }
  friend bool operator==(const HugePages&, const HugePages&) { return true; }
};

}  // namespace base
