// Convolutions as products whose operands are read where they lie: no patches in memory. A block
// computes a tile of 128 x 64 results on tensor cores; eight warps have 32 x 32 each. Tiles of both
// operands, 16 terms deep, are rounded on their way to shared memory, which holds two of each: one
// is multiplied while the next is read. Sums are in float32, in a fixed order.
#include <algorithm>

#include "engine/cuda/activation.h"
#include "engine/cuda/backend.h"
#include "engine/cuda/implicit.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/mma.h"
#include "engine/cuda/readers.h"
#include "engine/device.h"

namespace engine::cuda {
namespace {

constexpr int kRows = 128, kColumns = 64, kDepth = 16;  // of a tile
constexpr int kWarp = 32, kAcross = kColumns / kWarp;  // a warp's part, and warps beside each other
constexpr int kTilesM = kWarp / 16, kTilesN = kWarp / 8;

// One operand's tile in shared memory: `lines` lines, each as long as the terms or, turned, the terms
// as lines. Strides are chosen so that the lanes of a warp read different banks.
template <int lines, bool turned>
struct Shelf {
  static constexpr int kStride = turned ? lines + 8 : kDepth + 4;
  static constexpr int kSize = turned ? kDepth * kStride : lines * kStride;
  static constexpr int kPacks = lines * kDepth / 4 / kThreads;  // that a thread brings
  static constexpr int kPacksOfLine = (turned ? lines : kDepth) / 4;

  static __device__ int place(int line, int term) {
    return turned ? term * kStride + line : line * kStride + term;
  }
  // The packs of this thread, for the lines from `line` and the terms from `term` on.
  template <int width, class Reader>
  static __device__ void fetch(const Reader& reader, int line, int term, Pack<4> (&packs)[kPacks]) {
#pragma unroll
    for (int s = 0; s < kPacks; ++s) {
      const int i = static_cast<int>(threadIdx.x) + s * kThreads;
      const int first = i / kPacksOfLine, second = i % kPacksOfLine * 4;
      packs[s] = reader.template at<width>((turned ? term : line) + first,
                                           (turned ? line : term) + second);
    }
  }
  static __device__ void put(const Pack<4> (&packs)[kPacks], bool to_bfloat16,
                             std::uint32_t* shelf) {
#pragma unroll
    for (int s = 0; s < kPacks; ++s) {
      const int i = static_cast<int>(threadIdx.x) + s * kThreads;
      uint4 bits;
      bits.x = rounded(packs[s].value[0], to_bfloat16);
      bits.y = rounded(packs[s].value[1], to_bfloat16);
      bits.z = rounded(packs[s].value[2], to_bfloat16);
      bits.w = rounded(packs[s].value[3], to_bfloat16);
      *reinterpret_cast<uint4*>(shelf + i / kPacksOfLine * kStride + i % kPacksOfLine * 4) = bits;
    }
  }
};

// C [m, n] = the sum over k of A [m, k] B [k, n], in parts.
struct Sizes {
  int m, n, k;
  int share;  // terms of a part, a multiple of kDepth; k if parts are no shares of the sum
  int tiles_m = 0, tiles_n = 0;
  bool to_bfloat16 = false;
};

template <class A, bool turned_a, class B, bool turned_b, class To, int width>
__global__ void __launch_bounds__(kThreads)
    implicit_kernel(Sizes sizes, A a, B b, To to, Epilogue epilogue) {
  using ShelfA = Shelf<kRows, turned_a>;
  using ShelfB = Shelf<kColumns, turned_b>;
  struct Shared {
    alignas(16) std::uint32_t a[2][ShelfA::kSize], b[2][ShelfB::kSize];
  };
  Shared& shared = block_memory<Shared>();
  const int tile = static_cast<int>(blockIdx.x) % (sizes.tiles_m * sizes.tiles_n);
  const int part = static_cast<int>(blockIdx.x) / (sizes.tiles_m * sizes.tiles_n);
  const int row = tile / sizes.tiles_n * kRows, column = tile % sizes.tiles_n * kColumns;
  a.enter(part);
  b.enter(part);
  to.enter(part);
  const int begin = sizes.share < sizes.k ? part * sizes.share : 0;
  const int end = begin + sizes.share < sizes.k ? begin + sizes.share : sizes.k;

  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const int g = lane / 4, t = lane % 4;
  const int warp_row = warp / kAcross * kWarp, warp_column = warp % kAcross * kWarp;
  float sums[kTilesM][kTilesN][4] = {};
  Pack<4> next_a[ShelfA::kPacks], next_b[ShelfB::kPacks];
  const auto fetch = [&](int term) {
    ShelfA::template fetch<width>(a, row, term, next_a);
    ShelfB::template fetch<width>(b, column, term, next_b);
  };
  const auto put = [&](int half) {
    ShelfA::put(next_a, sizes.to_bfloat16, shared.a[half]);
    ShelfB::put(next_b, sizes.to_bfloat16, shared.b[half]);
  };
  fetch(begin);
  put(0);
  __syncthreads();
  int half = 0;
  for (int term = begin; term < end; term += kDepth) {
    const bool more = term + kDepth < end;
    if (more) fetch(term + kDepth);
#pragma unroll
    for (int k = 0; k < kDepth; k += 8) {
      std::uint32_t of_a[kTilesM][4], of_b[kTilesN][2];
#pragma unroll
      for (int i = 0; i < kTilesM; ++i)
        for (int e = 0; e < 4; ++e)
          of_a[i][e] =
              shared.a[half][ShelfA::place(warp_row + 16 * i + g + e % 2 * 8, k + t + e / 2 * 4)];
#pragma unroll
      for (int j = 0; j < kTilesN; ++j)
        for (int e = 0; e < 2; ++e)
          of_b[j][e] = shared.b[half][ShelfB::place(warp_column + 8 * j + g, k + t + e * 4)];
      multiply_add(sums, of_a, of_b);
    }
    half = 1 - half;
    if (more) put(half);
    __syncthreads();
  }

#pragma unroll
  for (int i = 0; i < kTilesM; ++i)
    for (int e = 0; e < 4; e += 2) {
      const int m = row + warp_row + 16 * i + g + e / 2 * 8;
      if (m >= sizes.m) continue;
      Real* const line = to.row(m);
      for (int j = 0; j < kTilesN; ++j)
        for (int f = 0; f < 2; ++f) {
          const int n = column + warp_column + 8 * j + 2 * t + f;
          if (n >= sizes.n) continue;
          const Real sum = sums[i][j][e + f];
          line[n] =
              epilogue.bias ? activate(epilogue.kind, sum + epilogue.bias[n], epilogue.slope) : sum;
        }
    }
}

template <bool turned_a, bool turned_b, class A, class B, class To>
void multiply(const char* op, CudaBackend& backend, Sizes sizes, bool packed, int parts, const A& a,
              const B& b, const To& to, const Epilogue& epilogue) {
  sizes.tiles_m = (sizes.m + kRows - 1) / kRows;
  sizes.tiles_n = (sizes.n + kColumns - 1) / kColumns;
  sizes.to_bfloat16 = precision() == Precision::medium;
  const std::size_t shared = 2 * sizeof(std::uint32_t) *
                             (Shelf<kRows, turned_a>::kSize + Shelf<kColumns, turned_b>::kSize);
  const Grid grid{Index{sizes.tiles_m} * sizes.tiles_n * parts, shared};
  if (packed) {
    launch(op, backend.stream(), grid, &implicit_kernel<A, turned_a, B, turned_b, To, 4>, sizes, a,
           b, to, epilogue);
  } else {
    launch(op, backend.stream(), grid, &implicit_kernel<A, turned_a, B, turned_b, To, 1>, sizes, a,
           b, to, epilogue);
  }
}

int whole(Index extent) { return static_cast<int>(extent); }

}  // namespace

void implicit_forward(CudaBackend& backend, const Window& c, const Real* x, const Real* w, Real* y,
                      const Epilogue& epilogue) {
  const Patches patches = forward_patches(c);
  const Index rows = c.n * c.out_height * c.out_width, k = patches.row_length();
  const bool packed = c.in % kPack == 0 && aligned(x, w);
  multiply<false, false>("conv2d", backend, {whole(rows), whole(c.out), whole(k), whole(k)}, packed,
                         1, PatchReader(patches, x), MatrixReader{w, whole(c.out), whole(k)},
                         MatrixWriter{y, whole(c.out), 0}, epilogue);
}

void implicit_transpose(CudaBackend& backend, const Window& c, const Phase& h, const Phase& v,
                        Real* x, const Real* w, const Real* y, const Epilogue& epilogue) {
  const Patches patches{c.n, c.out, h.axis, v.axis};
  const Index rows = c.n * h.axis.rows * v.axis.rows, k = patches.row_length();
  const bool packed = c.in % kPack == 0 && c.out % kPack == 0 && aligned(w, y);
  multiply<false, true>("conv2d_transpose", backend, {whole(rows), whole(c.in), whole(k), whole(k)},
                        packed, whole(patches.phases()), PatchReader(patches, y),
                        TapReader(c, h, v, w), PixelWriter(c, h, v, x), epilogue);
}

// A long sum over few results is split into shares, whose number depends on the extents alone.
void implicit_weight(CudaBackend& backend, const Window& c, const Real* x, Real* w, const Real* y) {
  constexpr Index kBlocks = 264, kLeast = 8 * kDepth;  // two for each multiprocessor of an H100
  const Patches patches = forward_patches(c);
  const Index pixels = c.n * c.out_height * c.out_width, elements = patches.row_length();
  const Index tiles = (c.out + kRows - 1) / kRows * ((elements + kColumns - 1) / kColumns);
  const Index wanted = std::clamp<Index>(kBlocks / tiles, 1, std::max<Index>(1, pixels / kLeast));
  const Index share = (pixels + wanted * kDepth - 1) / (wanted * kDepth) * kDepth;
  const Index parts = (pixels + share - 1) / share, size = c.out * elements;
  const bool packed = c.in % kPack == 0 && c.out % kPack == 0 && aligned(x, y);
  const Scratch shares(backend.memory(), parts > 1 ? parts * size : 0);
  Real* const to = parts > 1 ? shares.data() : w;
  multiply<true, true>("conv2d_weight_grad", backend,
                       {whole(c.out), whole(elements), whole(pixels), whole(share)}, packed,
                       whole(parts), MatrixReader{y, whole(pixels), whole(c.out)},
                       PatchReader(patches, x), MatrixWriter{to, whole(elements), size}, {});
  if (parts > 1) backend.reduce(Reduction::sum, 1, parts, size, to, w);
}

}  // namespace engine::cuda
