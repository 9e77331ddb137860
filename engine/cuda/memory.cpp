#include "engine/cuda/memory.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "engine/cuda/check.h"

namespace engine::cuda {
namespace {

constexpr std::size_t kSmallest = 256;               // what CUDA aligns to
constexpr std::size_t kSlab = std::size_t{8} << 20;  // small blocks are cut from slabs
constexpr std::size_t kSmall = kSlab / 8;

SizeClass class_of(Index elements) {
  return size_class(static_cast<std::size_t>(elements) * sizeof(Real), kSmallest);
}

bool pool_is(std::string_view setting) {
  const char* text = std::getenv("KANTOR_CUDA_POOL");
  return text && text == setting;
}

}  // namespace

Memory::Memory()
    : keeps_blocks_(!pool_is("off")), poisons_(pool_is("poison")), free_(SizeClass::kCount) {}

Real* Memory::allocate(Index elements) {
  const std::lock_guard lock(mutex_);
  const std::size_t bytes = static_cast<std::size_t>(elements) * sizeof(Real);
  Real* block =
      keeps_blocks_ ? from_free_list(class_of(elements)) : static_cast<Real*>(obtain(bytes));
  if (capturing_) owners_[block] = capturing_;
  return block;
}

Real* Memory::from_free_list(const SizeClass& size) {
  std::vector<Real*>& blocks = free_[size.number];
  if (blocks.empty())
    return static_cast<Real*>(size.bytes < kSmall ? from_slab(size.bytes) : obtain(size.bytes));
  Real* block = blocks.back();
  blocks.pop_back();
  return block;
}

void Memory::release(Real* block, Index elements) noexcept {
  const auto [number, bytes] = class_of(elements);
  if (poisons_) cudaMemsetAsync(block, 0xff, bytes, stream_);  // NaN
  const std::lock_guard lock(mutex_);
  const auto owner = owners_.empty() ? owners_.end() : owners_.find(block);
  if (owner != owners_.end() && (owner->second != capturing_ || !keeps_blocks_)) {
    owner->second->free.emplace_back(block, number);  // it is written again at a replay
  } else if (owner == owners_.end() && capturing_) {
    capturing_->free.emplace_back(block, number);  // the capture may have read it
    owners_[block] = capturing_;
  } else {
    make_free(block, number);
  }
}

void Memory::make_free(Real* block, std::size_t number) noexcept {
  if (keeps_blocks_) {
    free_[number].push_back(block);
  } else {
    cudaDeviceSynchronize();  // work that uses the block may be pending; cudaFree need not wait
    cudaFree(block);
  }
}

void Memory::begin_owning() {
  const std::lock_guard lock(mutex_);
  give_up_free_blocks();
  capturing_ = std::make_shared<Owned>();
}

std::shared_ptr<Memory::Owned> Memory::end_owning() {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<Owned> owned = std::exchange(capturing_, nullptr);
  for (std::size_t number = 0; number < free_.size(); ++number)
    std::erase_if(free_[number], [&](Real* block) {
      const auto owner = owners_.find(block);
      const bool its = owner != owners_.end() && owner->second == owned;
      if (its) owned->free.emplace_back(block, number);
      return its;
    });
  return owned;
}

void Memory::disown(const std::shared_ptr<Owned>& owned) {
  const std::lock_guard lock(mutex_);
  std::erase_if(owners_, [&](const auto& entry) { return entry.second == owned; });
  for (const auto& [block, number] : owned->free) make_free(block, number);
  owned->free.clear();
}

void* Memory::from_slab(std::size_t bytes) {
  if (slab_left_ < bytes) {
    slab_ = static_cast<char*>(obtain(kSlab));
    slab_left_ = kSlab;
  }
  slab_left_ -= bytes;
  return std::exchange(slab_, slab_ + bytes);
}

void* Memory::obtain(std::size_t bytes) {
  void* block = nullptr;
  cudaError_t status = cudaMalloc(&block, bytes);
  if (status == cudaErrorMemoryAllocation && !capturing_) {
    cudaGetLastError();
    give_up_free_blocks();
    status = cudaMalloc(&block, bytes);
  }
  if (status != cudaSuccess) {
    cudaGetLastError();
    refuse("memory: " + std::to_string(bytes) + " bytes of GPU memory requested, " +
           std::to_string(held_) + " already in use, and CUDA says: " + cudaGetErrorString(status) +
           "; use a smaller batch or model, or stop other programs on the GPU");
  }
  held_ += bytes;
  return block;
}

// Returns the large free blocks to CUDA once no pending work uses them: cudaFree need not wait.
void Memory::give_up_free_blocks() {
  cudaDeviceSynchronize();
  for (std::size_t number = 0; number < free_.size(); ++number) {
    const std::size_t power = number / 16, step = (std::size_t{1} << power) / 16;
    const std::size_t steps = number % 16 + 1, bytes = step * steps;
    if (power < 8 || bytes < kSmall) continue;
    for (Real* block : free_[number]) {
      cudaFree(block);
      held_ -= bytes;
    }
    free_[number].clear();
  }
}

}  // namespace engine::cuda
