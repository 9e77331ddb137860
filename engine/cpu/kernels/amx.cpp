// AMX: one instruction multiplies 16 x 32 with 32 x 16 bf16. Compiled with -mamx-tile -mamx-bf16
// and AVX512_BF16. The process must request the tiles first (isa.cpp).
#include "engine/cpu/kernels/tiles.h"
#if defined(__AMX_BF16__) && defined(__AVX512BF16__)
#include <immintrin.h>

#include "engine/cpu/kernels/pairs.h"
#endif

namespace engine::cpu {

#if defined(__AMX_BF16__) && defined(__AVX512BF16__) && !defined(KANTOR_DOUBLE)
namespace {

struct Tiles {
  // What LDTILECFG reads: eight tiles of 16 rows, 64 bytes each.
  struct alignas(64) Configuration {
    std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
    std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  };
  // Once per thread: a configuration lasts until the thread ends, and costs more than a block.
  struct Scope {
    Scope() {
      static thread_local bool configured = false;
      if (configured) return;
      // Assembly, because g++ 12 assumes that the intrinsic reads 8 bytes, and does not write the
      // others.
      const Configuration configuration;
      static_assert(sizeof configuration == 64);
      asm volatile("ldtilecfg %0" ::"m"(configuration));
      configured = true;
    }
  };
  // Assembly, because g++'s intrinsics accept only a literal tile number.
  template <int t>
  static void zero() {
    asm volatile("tilezero %%tmm%c0" ::"i"(t));
  }
  template <int t>
  static void load(const void* from, Index row) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(row), "i"(t) : "memory");
  }
  template <int c, int a, int b>
  static void multiply() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(c), "i"(a), "i"(b));
  }
  template <int t>
  static void store(void* to, Index row) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(row), "i"(t) : "memory");
  }
};

}  // namespace

const Bf16Kernel* amx_kernel() {
  static constexpr Bf16Kernel kernel = {tile_kernel<Tiles>(), true, 8, &narrow, &interleave};
  return &kernel;
}
#else
const Bf16Kernel* amx_kernel() { return nullptr; }
#endif

}  // namespace engine::cpu
