// The block kernel of AMX: 32 x 32 results in four tiles, each 16 rows of 64 bytes. A step along k
// takes 16 pairs (32 numbers) from two tiles of a and two of the panel. `Tiles` is the thin layer
// over the instructions: the processor's own (amx.cpp) or plain loops (amx_emulated.cpp), so that
// this code is tested on machines without tiles.
//
//   Tiles::Scope          tiles are configured during its lifetime
//   zero<t>  load<t>(memory, bytes from row to row)  multiply<c, a, b>  store<t>(memory, bytes)
#pragma once

#include <cstring>

#include "engine/cpu/kernels/kernels.h"

namespace engine::cpu {

template <class Tiles>
void multiply_tiles(int m, int n, Index k, const std::uint32_t* a, const std::uint32_t* b, float* c,
                    Index row_c, bool add) {
  constexpr int kSide = 16, kBlock = 2 * kSide, kPairs = 16;
  constexpr int kRowA = kRowStride * sizeof(std::uint32_t), kRowB = kBlock * sizeof(std::uint32_t);
  const typename Tiles::Scope configured;
  const bool lower = m > kSide, right = n > kSide;  // whether those tiles hold any result
  const bool whole = m == kBlock && n == kBlock;    // whether tiles may be moved from and to c
  const Index row = row_c * static_cast<Index>(sizeof(float));
  if (whole && add) {
    Tiles::template load<0>(c, row);
    Tiles::template load<1>(c + kSide, row);
    Tiles::template load<2>(c + kSide * row_c, row);
    Tiles::template load<3>(c + kSide * row_c + kSide, row);
  } else {
    Tiles::template zero<0>();
    Tiles::template zero<1>();
    Tiles::template zero<2>();
    Tiles::template zero<3>();
  }
  for (Index step = 0; step < k; step += kPairs) {
    Tiles::template load<4>(a + step, kRowA);
    Tiles::template load<6>(b + step * kBlock, kRowB);
    Tiles::template multiply<0, 4, 6>();
    if (right) {
      Tiles::template load<7>(b + step * kBlock + kSide, kRowB);
      Tiles::template multiply<1, 4, 7>();
    }
    if (lower) {
      Tiles::template load<5>(a + kSide * kRowStride + step, kRowA);
      Tiles::template multiply<2, 5, 6>();
      if (right) Tiles::template multiply<3, 5, 7>();
    }
  }
  if (whole) {
    Tiles::template store<0>(c, row);
    Tiles::template store<1>(c + kSide, row);
    Tiles::template store<2>(c + kSide * row_c, row);
    Tiles::template store<3>(c + kSide * row_c + kSide, row);
    return;
  }
  alignas(64) float block[kBlock * kBlock];
  Tiles::template store<0>(block, kRowB);
  Tiles::template store<1>(block + kSide, kRowB);
  Tiles::template store<2>(block + kSide * kBlock, kRowB);
  Tiles::template store<3>(block + kSide * kBlock + kSide, kRowB);
  for (int i = 0; i < m; ++i) {
    float* to = c + i * row_c;
    const float* from = block + i * kBlock;
    for (int j = 0; j < n; ++j) to[j] = add ? to[j] + from[j] : from[j];
  }
}

template <class Tiles>
double saturate_tiles(Index times) {
  const typename Tiles::Scope configured;
  Tiles::template zero<0>();
  Tiles::template zero<1>();
  Tiles::template zero<2>();
  Tiles::template zero<3>();
  Tiles::template zero<4>();
  Tiles::template zero<6>();
  for (Index t = 0; t < times; ++t) {
    Tiles::template multiply<0, 4, 6>();
    Tiles::template multiply<1, 4, 6>();
    Tiles::template multiply<2, 4, 6>();
    Tiles::template multiply<3, 4, 6>();
  }
  return 2.0 * 4 * 16 * 16 * 32 * static_cast<double>(times);
}

template <class Tiles>
constexpr BlockKernel<std::uint32_t> tile_kernel() {
  return {32, 32, 16, &multiply_tiles<Tiles>, nullptr, &saturate_tiles<Tiles>};
}

}  // namespace engine::cpu
