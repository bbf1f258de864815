#include "base/huge_pages.h"

#include <jemalloc/jemalloc.h>
#include <sys/mman.h>

#include <bit>
#include <cstdint>
#include <new>

// The program is linked with jemalloc; tests and sanitizers, which have allocators of their own, are not.
#pragma weak mallctl
#pragma weak mallocx
#pragma weak sdallocx

namespace base {

namespace {

constexpr size_t huge_page_bytes = 2 << 20;
constexpr int ordinary = -1;

// jemalloc asks for much at once and deals it out itself.
void* map_huge(extent_hooks_t*, void* wanted, size_t size, size_t alignment, bool* zeroed, bool* committed, unsigned) {
  if (wanted) return nullptr;  // at that place or not at all: it may be elsewhere
  alignment = std::max(alignment, huge_page_bytes);
  auto* mapped = static_cast<char*>(mmap(nullptr, size + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (mapped == MAP_FAILED) return nullptr;
  auto* begin = std::bit_cast<char*>((std::bit_cast<uintptr_t>(mapped) + alignment - 1) & ~(alignment - 1));
  if (begin != mapped) munmap(mapped, static_cast<size_t>(begin - mapped));
  if (auto* end = mapped + size + alignment; end != begin + size) munmap(begin + size, static_cast<size_t>(end - begin - size));
  madvise(begin, size, MADV_HUGEPAGE);  // refused where the system has none
  *zeroed = *committed = true;
  return begin;
}

// An arena of jemalloc's with its usual ways but for where memory comes from.
int make_arena() {
  if (!mallctl || !mallocx || !sdallocx) return ordinary;
  extent_hooks_t* usual = nullptr;
  size_t size = sizeof usual;
  if (mallctl("arena.0.extent_hooks", &usual, &size, nullptr, 0)) return ordinary;
  static extent_hooks_t hooks = *usual;
  hooks.alloc = map_huge;
  extent_hooks_t* ours = &hooks;
  unsigned arena = 0;
  size = sizeof arena;
  if (mallctl("arenas.create", &arena, &size, &ours, sizeof ours)) return ordinary;
  return MALLOCX_ARENA(arena) | MALLOCX_TCACHE_NONE;
}

int flags() {
  static const int made = make_arena();
  return made;
}

}  // namespace

void* allocate_huge(size_t bytes) {
  if (flags() == ordinary) return ::operator new(bytes);
  if (auto* memory = mallocx(bytes, flags())) return memory;
  throw std::bad_alloc();
}

void free_huge(void* memory, size_t bytes) noexcept {
  if (flags() == ordinary)
    ::operator delete(memory, bytes);
  else
    sdallocx(memory, bytes, flags());
}

}  // namespace base
