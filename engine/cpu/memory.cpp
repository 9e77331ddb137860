#include "engine/cpu/memory.h"

#include <bit>
#include <cstdlib>

#include "engine/check.h"

namespace engine::cpu {
namespace {

// Eight classes to each power of two: at most an eighth of a block is wasted.
struct SizeClass {
  std::size_t number, bytes;
};

SizeClass size_class(Index elements) {
  constexpr std::size_t kSmallest = 64;
  const std::size_t wanted = std::max(static_cast<std::size_t>(elements) * sizeof(Real), kSmallest);
  const std::size_t power = std::bit_width(wanted - 1);  // wanted <= 2^power
  const std::size_t step = std::max((std::size_t{1} << power) / 16, kSmallest);
  const std::size_t steps = (wanted + step - 1) / step;
  return {power * 16 + steps % 16, steps * step};
}

}  // namespace

Memory::Memory() : free_(64 * 16) {}

Real* Memory::allocate(Index elements) {
  const SizeClass c = size_class(elements);
  const std::lock_guard lock(mutex_);
  std::vector<Real*>& blocks = free_[c.number];
  if (!blocks.empty()) {
    Real* block = blocks.back();
    blocks.pop_back();
    return block;
  }
  void* block = std::aligned_alloc(64, c.bytes);
  check(block != nullptr, "memory: ", c.bytes, " bytes are asked for, ", held_,
        " are held and the system has no more; use a smaller batch or model");
  held_ += c.bytes;
  return static_cast<Real*>(block);
}

void Memory::release(Real* block, Index elements) noexcept {
  const std::lock_guard lock(mutex_);
  free_[size_class(elements).number].push_back(block);
}

}  // namespace engine::cpu
