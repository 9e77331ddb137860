// Convolutions as products whose operands are read where they lie: no patches in memory. A block
// computes a tile of 128 x 64 results on tensor cores; eight warps have 32 x 32 each. Tiles of both
// operands, 16 terms deep, are copied to shared memory asynchronously: while one is multiplied, the
// next three are on their way. Operands are rounded as they are read from there. Sums are in
// float32, in a fixed order.
#include <algorithm>
#include <type_traits>

#include "engine/cuda/activation.h"
#include "engine/cuda/backend.h"
#include "engine/cuda/implicit.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/mma.h"
#include "engine/cuda/narrow.h"
#include "engine/cuda/readers.h"
#include "engine/cuda/shelf.h"
#include "engine/device.h"

namespace engine::cuda {
namespace {

// Warps of 64 x 32 results would read a quarter less of shared memory per product, but halve the
// number of blocks, and most layers have fewer tiles than a large GPU runs blocks.
constexpr int kRows = 128, kColumns = 64;              // of a tile
constexpr int kWarp = 32, kAcross = kColumns / kWarp;  // a warp's part, and warps beside each other
// Four tiles of float32 take 48 KiB, the most a launch gets unasked. Three of them are on their way:
// 36 KiB, where an H200's memory needs 25 to stay busy (4.8 TB/s, 0.7 us, 132 multiprocessors).
constexpr int kStages = 4;

// C [m, n] = the sum over k of A [m, k] B [k, n], in parts.
struct Sizes {
  int m, n, k;
  int share;  // terms of a part, a multiple of kDepth; k if parts are no shares of the sum
  int tiles_m = 0, tiles_n = 0;
  bool packed = false;  // whether results are written four at a time
};

template <class ShelfA, class ShelfB>
struct Stage {
  alignas(16) typename ShelfA::Element a[ShelfA::kSize];
  alignas(16) typename ShelfB::Element b[ShelfB::kSize];
};

// One tile's products, added to this lane's sums.
template <class Operand, class ShelfA, class ShelfB>
__device__ void multiply_stage(const Stage<ShelfA, ShelfB>& stage, int warp_row, int warp_column,
                               float (&sums)[2][4][4]) {
  std::uint32_t a[4][4 / Operand::kTerms], b[4][4 / Operand::kTerms];
  ShelfA::template load<Operand>(stage.a, warp_row, a);
  ShelfB::template load<Operand>(stage.b, warp_column, b);
#pragma unroll
  for (int r = 0; r < 4 / Operand::kTerms; r += 2) {
    const std::uint32_t of_a[2][4] = {{a[0][r], a[1][r], a[0][r + 1], a[1][r + 1]},
                                      {a[2][r], a[3][r], a[2][r + 1], a[3][r + 1]}};
    const std::uint32_t of_b[4][2] = {{b[0][r], b[0][r + 1]},
                                      {b[1][r], b[1][r + 1]},
                                      {b[2][r], b[2][r + 1]},
                                      {b[3][r], b[3][r + 1]}};
    multiply_add<Operand>(sums, of_a, of_b);
  }
}

template <class Operand, bool packed_a, bool packed_b, class A, bool turned_a, class B,
          bool turned_b, class To>
__global__ void __launch_bounds__(kThreads, 2)
    implicit_kernel(Sizes sizes, A a, B b, To to, Epilogue epilogue) {
  using ShelfA = Shelf<typename A::Element, kRows, turned_a>;
  using ShelfB = Shelf<typename B::Element, kColumns, turned_b>;
  auto& stages = block_memory<Stage<ShelfA, ShelfB>[kStages]>();
  const int tile = static_cast<int>(blockIdx.x) % (sizes.tiles_m * sizes.tiles_n);
  const int part = static_cast<int>(blockIdx.x) / (sizes.tiles_m * sizes.tiles_n);
  const int row = tile / sizes.tiles_n * kRows, column = tile % sizes.tiles_n * kColumns;
  a.enter(part);
  b.enter(part);
  to.enter(part);
  const int begin = sizes.share < sizes.k ? part * sizes.share : 0;
  const int end = begin + sizes.share < sizes.k ? begin + sizes.share : sizes.k;

  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int warp_row = warp / kAcross * kWarp, warp_column = warp % kAcross * kWarp;
  const int tiles = (end - begin + kDepth - 1) / kDepth;
  const auto fetch = [&](int i) {
    if (i < tiles) {
      auto& stage = stages[i % kStages];
      ShelfA::template copy<packed_a ? ShelfA::kWidest : 1>(a, row, begin + i * kDepth, stage.a);
      ShelfB::template copy<packed_b ? ShelfB::kWidest : 1>(b, column, begin + i * kDepth, stage.b);
    }
    commit_copies();  // an empty group beyond the last tile: the number to wait for stays the same
  };
  float sums[2][4][4] = {};
  for (int i = 0; i < kStages - 1; ++i) fetch(i);
  for (int i = 0; i < tiles; ++i) {
    wait_for_copies<kStages - 2>();
    __syncthreads();  // tile i has arrived for all threads, and all are done with tile i - 1
    fetch(i + kStages - 1);
    multiply_stage<Operand>(stages[i % kStages], warp_row, warp_column, sums);
  }

  const int g = static_cast<int>(threadIdx.x) % 32 / 4, t = static_cast<int>(threadIdx.x) % 4;
  // This lane has four rows, and twice four neighboring columns.
  const int own_row = row + warp_row + lines_of(g);
  const int own_columns[2] = {column + warp_column + lines_of(2 * t),
                              column + warp_column + lines_of(2 * t + 1)};
  const auto sum = [&](int q, int f, int j) -> Real& { return sums[q / 2][j][q % 2 * 2 + f]; };
  if (epilogue.bias) {
#pragma unroll
    for (int f = 0; f < 2; ++f)
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        const int n = own_columns[f] + j;
        const Real bias = n < sizes.n ? epilogue.bias[n] : 0;
#pragma unroll
        for (int q = 0; q < 4; ++q)
          sum(q, f, j) = activate(epilogue.kind, sum(q, f, j) + bias, epilogue.slope);
      }
  }
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    if (own_row + q >= sizes.m) break;
    const auto line = to.row(own_row + q);
#pragma unroll
    for (int f = 0; f < 2; ++f) {
      const int n = own_columns[f];
      const Pack<4> results{sum(q, f, 0), sum(q, f, 1), sum(q, f, 2), sum(q, f, 3)};
      if (sizes.packed && n < sizes.n) store(line.from(n), results);
#pragma unroll
      for (int j = 0; j < 4; ++j)
        if (!sizes.packed && n + j < sizes.n) set_element(line, n + j, results.value[j]);
    }
  }
}

// Whether the operands are copied 16 bytes at once.
struct Packs {
  bool a, b;
};

template <bool turned_a, bool turned_b, class A, class B, class To>
void multiply(const char* op, CudaBackend& backend, Sizes sizes, Packs packs, int parts, const A& a,
              const B& b, const To& to, const Epilogue& epilogue) {
  sizes.tiles_m = (sizes.m + kRows - 1) / kRows;
  sizes.tiles_n = (sizes.n + kColumns - 1) / kColumns;
  sizes.packed = in_packs(to.memory(), sizes.n);
  using Stages = Stage<Shelf<typename A::Element, kRows, turned_a>,
                       Shelf<typename B::Element, kColumns, turned_b>>[kStages];
  const Grid grid{Index{sizes.tiles_m} * sizes.tiles_n * parts, sizeof(Stages)};
  const auto start = [&](auto* kernel) {
    launch(op, backend.stream(), grid, kernel, sizes, a, b, to, epilogue);
  };
  const bool medium = precision() == Precision::medium;
  // Narrow operands come in packs, and in `medium` (implicit.h).
  constexpr bool narrow_a = !std::is_same_v<typename A::Element, Real>;
  constexpr bool narrow_b = !std::is_same_v<typename B::Element, Real>;
  if constexpr (narrow_a && narrow_b) {
    start(&implicit_kernel<AsBfloat16, true, true, A, turned_a, B, turned_b, To>);
  } else if constexpr (narrow_a) {
    start(packs.b ? &implicit_kernel<AsBfloat16, true, true, A, turned_a, B, turned_b, To>
                  : &implicit_kernel<AsBfloat16, true, false, A, turned_a, B, turned_b, To>);
  } else if constexpr (narrow_b) {
    start(packs.a ? &implicit_kernel<AsBfloat16, true, true, A, turned_a, B, turned_b, To>
                  : &implicit_kernel<AsBfloat16, false, true, A, turned_a, B, turned_b, To>);
  } else if (packs.a && packs.b) {
    start(medium ? &implicit_kernel<AsBfloat16, true, true, A, turned_a, B, turned_b, To>
                 : &implicit_kernel<AsTf32, true, true, A, turned_a, B, turned_b, To>);
  } else {
    start(medium ? &implicit_kernel<AsBfloat16, false, false, A, turned_a, B, turned_b, To>
                 : &implicit_kernel<AsTf32, false, false, A, turned_a, B, turned_b, To>);
  }
}

// Calls body with the array as it is.
template <class Body>
void with_array(const Operand& x, const Body& body) {
  x.narrow ? body(x.narrow) : body(x.wide);
}

int whole(Index extent) { return static_cast<int>(extent); }

}  // namespace

void implicit_forward(CudaBackend& backend, const Window& c, const Operand& x, const Real* w,
                      const Operand& y, const Epilogue& epilogue) {
  const Patches patches = forward_patches(c);
  const Index rows = c.n * c.out_height * c.out_width, k = patches.row_length();
  with_array(x, [&](const auto* from) {
    const Packs packs{in_packs(from, c.in), in_packs(w, c.in)};
    multiply<false, false>("conv2d", backend, {whole(rows), whole(c.out), whole(k), whole(k)},
                           packs, 1, PatchReader(patches, from),
                           MatrixReader{w, whole(c.out), whole(k)},
                           MatrixWriter{y, whole(c.out), 0}, epilogue);
  });
}

void implicit_transpose(CudaBackend& backend, const Window& c, const Phase& h, const Phase& v,
                        const Operand& x, const Real* w, const Operand& y,
                        const Epilogue& epilogue) {
  const Patches patches{c.n, c.out, h.axis, v.axis};
  const Index rows = c.n * h.axis.rows * v.axis.rows, k = patches.row_length();
  with_array(y, [&](const auto* from) {
    const Packs packs{in_packs(from, c.out), in_packs(w, c.in)};
    multiply<false, true>("conv2d_transpose", backend,
                          {whole(rows), whole(c.in), whole(k), whole(k)}, packs,
                          whole(patches.phases()), PatchReader(patches, from),
                          TapReader(c, h, v, w), PixelWriter(c, h, v, x), epilogue);
  });
}

// A long sum over few results is split into shares, whose number depends on the extents alone.
void implicit_weight(CudaBackend& backend, const Window& c, const Operand& x, Real* w,
                     const Operand& y) {
  constexpr Index kBlocks = 264, kLeast = 8 * kDepth;  // two for each multiprocessor of an H100
  const Patches patches = forward_patches(c);
  const Index pixels = c.n * c.out_height * c.out_width, elements = patches.row_length();
  const Index tiles = (c.out + kRows - 1) / kRows * ((elements + kColumns - 1) / kColumns);
  const Index wanted = std::clamp<Index>(kBlocks / tiles, 1, std::max<Index>(1, pixels / kLeast));
  const Index share = (pixels + wanted * kDepth - 1) / (wanted * kDepth) * kDepth;
  const Index parts = (pixels + share - 1) / share, size = c.out * elements;
  const Scratch shares(backend.memory(), parts > 1 ? parts * size : 0);
  Real* const to = parts > 1 ? shares.data() : w;
  with_array(x, [&](const auto* images) {
    with_array(y, [&](const auto* features) {
      const Packs packs{in_packs(features, c.out), in_packs(images, c.in)};
      multiply<true, true>("conv2d_weight_grad", backend,
                           {whole(c.out), whole(elements), whole(pixels), whole(share)}, packs,
                           whole(parts), MatrixReader{features, whole(pixels), whole(c.out)},
                           PatchReader(patches, images), MatrixWriter{to, whole(elements), size},
                           {});
    });
  });
  if (parts > 1) backend.reduce(Reduction::sum, 1, parts, size, to, w);
}

}  // namespace engine::cuda
