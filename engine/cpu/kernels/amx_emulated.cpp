// The instructions of AMX as the manual defines them, in plain loops: for tests of everything
// around them. Source: Intel 64 and IA-32 Architectures Software Developer's Manual, TDPBF16PS,
// TILELOADD.
#include "engine/cpu/kernels/bf16.h"
#include "engine/cpu/kernels/tiles.h"

namespace engine::cpu {

#ifndef KANTOR_DOUBLE
namespace {

struct Tiles {
  struct Scope {
    Scope() {}  // nothing to configure
  };
  struct Tile {
    std::uint32_t row[16][16];
  };
  static inline thread_local Tile tile[8];

  template <int t>
  static void zero() {
    tile[t] = Tile{};
  }
  template <int t>
  static void load(const void* from, Index row) {
    for (int i = 0; i < 16; ++i)
      std::memcpy(tile[t].row[i], static_cast<const char*>(from) + i * row, 64);
  }
  template <int c, int a, int b>
  static void multiply() {
    for (int m = 0; m < 16; ++m)
      for (int k = 0; k < 16; ++k)
        for (int n = 0; n < 16; ++n) {
          const std::uint32_t x = tile[a].row[m][k], y = tile[b].row[k][n];
          float sum = 0;
          std::memcpy(&sum, &tile[c].row[m][n], sizeof sum);
          sum += even_of(x) * even_of(y);
          sum += odd_of(x) * odd_of(y);
          std::memcpy(&tile[c].row[m][n], &sum, sizeof sum);
        }
  }
  template <int t>
  static void store(void* to, Index row) {
    for (int i = 0; i < 16; ++i) std::memcpy(static_cast<char*>(to) + i * row, tile[t].row[i], 64);
  }
};

void narrow(Index n, const float* x, std::uint32_t* high, std::uint32_t* low) {
  for (Index i = 0; i < n; ++i) split_pair(x[2 * i], x[2 * i + 1], high + i, low ? low + i : low);
}

void interleave(Index n, const float* even, const float* odd, std::uint32_t* high,
                std::uint32_t* low) {
  for (Index i = 0; i < n; ++i) split_pair(even[i], odd[i], high + i, low ? low + i : low);
}

}  // namespace

const Bf16Kernel* amx_emulated_kernel() {
  static constexpr Bf16Kernel kernel = {tile_kernel<Tiles>(), true, 8, &narrow, &interleave};
  return &kernel;
}
#else
const Bf16Kernel* amx_emulated_kernel() { return nullptr; }
#endif

}  // namespace engine::cpu
