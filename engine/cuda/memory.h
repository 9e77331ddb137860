// Device memory in blocks of size classes, kept when released and reused. All work is in one
// stream, so a block can be reused as soon as its last user has enqueued its work: nothing waits,
// and a steady-state step allocates nothing from CUDA. Thread-safe.
//
// KANTOR_CUDA_POOL=off in the environment allocates every block from CUDA, at its exact size, and
// frees it at once: slow, but memory checkers then see each access beyond a block.
// KANTOR_CUDA_POOL=poison overwrites each block with NaN when it is released, in stream order and in
// captured steps too: work that reads a block after its release, or before it writes it, then shows.
//
// Blocks allocated during a capture belong to it until it is destroyed, because a replay writes to
// them again. Free blocks cannot be returned to CUDA during a capture, so that happens before.
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/real.h"
#include "engine/size_class.h"

namespace engine::cuda {

class Memory {
 public:
  Memory();
  void use(cudaStream_t stream) { stream_ = stream; }  // in whose order blocks are used
  // Errors: out of memory, with the size requested, the amount in use, and what to reduce.
  Real* allocate(Index elements);
  void release(Real* block, Index elements) noexcept;

  // Blocks that belong to a capture: allocated during it, or released by others during it.
  struct Owned {
    std::vector<std::pair<Real*, std::size_t>> free;  // with their size classes
  };
  void begin_owning();
  std::shared_ptr<Owned> end_owning();
  void disown(const std::shared_ptr<Owned>& owned);  // to everyone again

 private:
  void make_free(Real* block, std::size_t number) noexcept;
  Real* from_free_list(const SizeClass& size);
  void* obtain(std::size_t bytes);
  void* from_slab(std::size_t bytes);
  void give_up_free_blocks();

  const bool keeps_blocks_, poisons_;
  cudaStream_t stream_ = nullptr;
  std::mutex mutex_;
  std::vector<std::vector<Real*>> free_;                      // by size class
  std::unordered_map<Real*, std::shared_ptr<Owned>> owners_;  // of blocks that captures own
  std::shared_ptr<Owned> capturing_;                          // that is being made
  std::size_t held_ = 0;                                      // bytes taken from CUDA
  char* slab_ = nullptr;
  std::size_t slab_left_ = 0;
};

}  // namespace engine::cuda
