#include "engine/free_lists.h"

#include <array>
#include <bit>
#include <mutex>
#include <new>

namespace engine {
namespace {

// Size classes are powers of two from 32 bytes to 16 MiB; larger blocks come from the heap.
constexpr std::size_t kSmallest = 5, kLargest = 24;

struct FreeBlock {
  FreeBlock* next;
};

struct Pool {
  std::mutex mutex;
  std::array<FreeBlock*, kLargest + 1> free{};
};

Pool& pool() {
  static Pool* instance = new Pool;  // never destroyed: blocks may outlive static objects
  return *instance;
}

std::size_t size_class(std::size_t bytes) {
  const std::size_t bits = std::bit_width(bytes > 0 ? bytes - 1 : 0);
  return bits < kSmallest ? kSmallest : bits;
}

}  // namespace

void* free_list_allocate(std::size_t bytes) {
  const std::size_t c = size_class(bytes);
  if (c > kLargest) return ::operator new(bytes);
  {
    std::lock_guard lock(pool().mutex);
    if (FreeBlock* block = pool().free[c]) {
      pool().free[c] = block->next;
      return block;
    }
  }
  return ::operator new (std::size_t{1} << c);
}

void free_list_release(void* block, std::size_t bytes) noexcept {
  const std::size_t c = size_class(bytes);
  if (c > kLargest) return ::operator delete(block);
  std::lock_guard lock(pool().mutex);
  pool().free[c] = new (block) FreeBlock{pool().free[c]};
}

}  // namespace engine
