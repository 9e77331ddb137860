// Device memory in blocks of size classes, kept when released and handed out again. All work is in
// one stream, so a block is free for the next user as soon as the last one has enqueued its work:
// no waiting, and in a steady step nothing is asked of CUDA. Thread-safe.
//
// KANTOR_CUDA_POOL=off in the environment asks CUDA for every block, of exactly its size, and gives
// it back at once: slow, but tools that watch memory see each access beyond a block.
//
// While a step is captured, what it is given becomes the capture's own until that dies: a replay
// writes there again. Free blocks cannot be given back to CUDA then, so they are before.
#pragma once

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
  // Errors: what was asked for, how much is held, and what to reduce.
  Real* allocate(Index elements);
  void release(Real* block, Index elements) noexcept;

  // Blocks that belong to a capture: given out while it was made, or given back then by others.
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

  const bool keeps_blocks_;
  std::mutex mutex_;
  std::vector<std::vector<Real*>> free_;                      // by size class
  std::unordered_map<Real*, std::shared_ptr<Owned>> owners_;  // of blocks that captures own
  std::shared_ptr<Owned> capturing_;                          // that is being made
  std::size_t held_ = 0;                                      // bytes taken from CUDA
  char* slab_ = nullptr;
  std::size_t slab_left_ = 0;
};

}  // namespace engine::cuda
