// Host memory for tensors: blocks aligned to 64 bytes, kept by size class when released and reused,
// so that a steady-state training step allocates nothing from the system. A large block also serves
// requests of half its size if there is no other, so that the layers of a network share memory.
// Thread-safe.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "engine/real.h"

namespace engine::cpu {

class Memory {
 public:
  Memory();
  Real* allocate(Index elements);  // Errors: out of memory, with the amounts requested and in use
  void release(Real* block, Index elements) noexcept;

 private:
  std::mutex mutex_;
  std::vector<std::vector<Real*>> free_;  // by size class
  std::vector<std::pair<Real*, std::size_t>>
      lent_;              // to smaller requests: blocks and their classes
  std::size_t held_ = 0;  // bytes taken from the system
};

}  // namespace engine::cpu
