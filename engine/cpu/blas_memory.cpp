#include "engine/cpu/blas_memory.h"

#include <sys/mman.h>

#include <cstddef>
#include <vector>

#include "engine/check.h"

// NOLINTBEGIN(readability-identifier-naming): OpenBLAS's own names, in no header of it. Weak: a
// version without them is used unchanged.
extern "C" [[gnu::weak]] void* blas_memory_alloc(int position);
extern "C" [[gnu::weak]] void blas_memory_free(void* buffer);
// NOLINTEND(readability-identifier-naming)

namespace engine::cpu {
namespace {

constexpr std::size_t kBuffer = std::size_t{128} << 20;  // BUFFER_SIZE in common_x86_64.h

bool available(std::size_t bytes) {
  const int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;  // more than the RAM is well
  void* block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, kind, -1, 0);
  if (block == MAP_FAILED) return false;
  munmap(block, bytes);
  return true;
}

}  // namespace

void reserve_blas_memory(int threads) {
  const auto count = static_cast<std::size_t>(threads);
  check(available(count * kBuffer), "memory: OpenBLAS needs ", (count * kBuffer) >> 20,
        " MiB of address space for ", threads, threads == 1 ? " thread" : " threads",
        ", which are not available; raise the limit (ulimit -v)",
        threads == 1 ? "" : " or use fewer threads");
  if (blas_memory_alloc == nullptr || blas_memory_free == nullptr) return;
  std::vector<void*> buffers(count);
  for (void*& buffer : buffers) buffer = blas_memory_alloc(0);
  for (void* buffer : buffers) blas_memory_free(buffer);
}

}  // namespace engine::cpu
