#include "engine/cpu/memory.h"

#include <cstdlib>

#include "engine/check.h"
#include "engine/size_class.h"

namespace engine::cpu {
namespace {

SizeClass class_of(Index elements) {
  return size_class(static_cast<std::size_t>(elements) * sizeof(Real), 64);
}

}  // namespace

Memory::Memory() : free_(SizeClass::kCount) {}

Real* Memory::allocate(Index elements) {
  const SizeClass c = class_of(elements);
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
  free_[class_of(elements).number].push_back(block);
}

}  // namespace engine::cpu
