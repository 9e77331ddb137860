// Free lists of small host blocks (graph nodes, ops, lists), one for each size class, so that a
// steady-state training step allocates nothing from the heap. Thread-safe; memory is never returned
// to the system. FreeListAllocator<T> lets the standard containers and std::allocate_shared draw
// from it.
#pragma once

#include <cstddef>
#include <vector>

namespace engine {

// A block of at least this many bytes, and its return.
void* free_list_allocate(std::size_t bytes);
void free_list_release(void* block, std::size_t bytes) noexcept;

template <class T>
struct FreeListAllocator {
  using value_type = T;
  FreeListAllocator() = default;
  template <class U>
  FreeListAllocator(const FreeListAllocator<U>&) {}  // NOLINT: the standard's rebinding conversion
  T* allocate(std::size_t n) { return static_cast<T*>(free_list_allocate(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) noexcept { free_list_release(p, n * sizeof(T)); }
  template <class U>
  bool operator==(const FreeListAllocator<U>&) const {
    return true;
  }
};

// A vector whose memory comes from the free lists.
template <class T>
using FreeListVector = std::vector<T, FreeListAllocator<T>>;

}  // namespace engine
