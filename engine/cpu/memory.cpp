#include "engine/cpu/memory.h"

#include <algorithm>
#include <cstdlib>

#include "engine/check.h"
#include "engine/cpu/derived.h"
#include "engine/size_class.h"

namespace engine::cpu {
namespace {

SizeClass class_of(Index elements) {
  return size_class(static_cast<std::size_t>(elements) * sizeof(Real), 64);
}

// A class without a free block takes one of up to twice the size, for large blocks.
constexpr std::size_t kShared = std::size_t{1} << 18;

}  // namespace

Memory::Memory() : free_(SizeClass::kCount) {}

Real* Memory::allocate(Index elements) {
  const SizeClass c = class_of(elements);
  const std::lock_guard lock(mutex_);
  const std::size_t largest = c.bytes < kShared ? c.number : c.number + SizeClass::kTwice;
  for (std::size_t number = c.number; number <= largest; ++number) {
    if (free_[number].empty()) continue;
    Real* block = free_[number].back();
    free_[number].pop_back();
    if (number != c.number) lent_.emplace_back(block, number);
    return block;
  }
  void* block = std::aligned_alloc(64, c.bytes);
  check(block != nullptr, "memory: ", c.bytes, " bytes requested, ", held_,
        " already in use, and the system has no more; use a smaller batch or model");
  held_ += c.bytes;
  return static_cast<Real*>(block);
}

void Memory::release(Real* block, Index elements) noexcept {
  derived().forget(block, elements);
  const SizeClass c = class_of(elements);
  const std::lock_guard lock(mutex_);
  std::size_t number = c.number;
  if (c.bytes >= kShared) {
    const auto lent = std::find_if(lent_.begin(), lent_.end(),
                                   [&](const auto& entry) { return entry.first == block; });
    if (lent != lent_.end()) {
      number = lent->second;
      *lent = lent_.back();
      lent_.pop_back();
    }
  }
  free_[number].push_back(block);
}

}  // namespace engine::cpu
