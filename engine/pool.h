// Pool: small host blocks (graph nodes, ops, lists) kept in free lists by size class, so that a
// steady training step allocates nothing from the heap. Thread-safe; memory is never given back.
// PoolAllocator<T> lets the standard containers and std::allocate_shared draw from it.
#pragma once

#include <cstddef>
#include <vector>

namespace engine {

void* pool_allocate(std::size_t bytes);
void pool_release(void* block, std::size_t bytes) noexcept;

template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}  // NOLINT: the standard's rebinding conversion
  T* allocate(std::size_t n) { return static_cast<T*>(pool_allocate(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) noexcept { pool_release(p, n * sizeof(T)); }
  template <class U>
  bool operator==(const PoolAllocator<U>&) const {
    return true;
  }
};

template <class T>
using PooledList = std::vector<T, PoolAllocator<T>>;

}  // namespace engine
