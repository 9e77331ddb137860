// Sums down the columns of [outer, n, inner], in double: each block takes some columns of one chunk
// of rows, its threads take the rows in turn, and their sums are combined in a tree. Neighboring
// threads read neighboring elements whatever the number of columns. Chunks depend on the extents
// alone, so the bits are the same on every GPU.
//
// Terms defines what is summed, kSums sums per column:
//   start()                        where each sum begins
//   join(a, b)                     a + b, or the larger
//   add(element, column, sums)     joins the terms of one element to the sums
#pragma once

#include <algorithm>

#include "engine/cuda/launch.h"

namespace engine::cuda {

struct Columns {
  Index outer, n, inner;
  Index width, tiles;   // columns of a block, blocks beside each other
  Index rows;           // that a block reads at once
  Index chunk, chunks;  // rows of a block in all, blocks below each other

  Columns(Index outer, Index n, Index inner) : outer(outer), n(n), inner(inner) {
    constexpr Index kBlocks = 1024, kLeast = 8;  // blocks wanted; passes that are worth a block
    tiles = std::max<Index>(1, (inner + kThreads - 1) / kThreads);
    width = std::max<Index>(1, (inner + tiles - 1) / tiles);
    rows = kThreads / width;
    const Index most = std::max<Index>(1, n / (rows * kLeast));
    const Index wanted = std::max<Index>(1, kBlocks / std::max<Index>(1, outer * tiles));
    chunk = (n + std::min(most, wanted) - 1) / std::min(most, wanted);
    chunks = chunk > 0 ? (n + chunk - 1) / chunk : 1;
  }
  Index blocks() const { return inner > 0 ? outer * chunks * tiles : 0; }
};

// sums [outer, chunks, kSums, inner], or as numbers of type To.
template <class Terms, class To>
__global__ void columns_kernel(Columns g, Terms terms, To* sums) {
  constexpr int kSums = Terms::kSums;
  struct Shared {
    double sum[kSums][kThreads];
  };
  Shared& shared = block_memory<Shared>();
  const int t = static_cast<int>(threadIdx.x), width = static_cast<int>(g.width);
  const int row = t / width;
  const Index tile = blockIdx.x % g.tiles, piece = blockIdx.x / g.tiles;
  const Index chunk = piece % g.chunks, outer = piece / g.chunks;
  const Index column = tile * g.width + t % width;
  const bool mine = row < g.rows && column < g.inner;

  double own[kSums];
  for (int s = 0; s < kSums; ++s) own[s] = terms.start();
  if (mine) {
    const Index begin = chunk * g.chunk;
    const Index end = begin + g.chunk < g.n ? begin + g.chunk : g.n;
    for (Index i = begin + row; i < end; i += g.rows)
      terms.add((outer * g.n + i) * g.inner + column, column, own);
  }
  for (int s = 0; s < kSums; ++s) shared.sum[s][t] = own[s];
  for (int live = static_cast<int>(g.rows); live > 1;) {
    const int half = (live + 1) / 2;
    __syncthreads();
    if (row + half < live)
      for (int s = 0; s < kSums; ++s)
        shared.sum[s][t] = terms.join(shared.sum[s][t], shared.sum[s][t + half * width]);
    live = half;
  }
  if (!mine || row > 0) return;
  for (int s = 0; s < kSums; ++s)
    sums[((outer * g.chunks + chunk) * kSums + s) * g.inner + column] =
        static_cast<To>(shared.sum[s][t]);
}

template <class Terms, class To>
void sum_columns(const char* op, cudaStream_t stream, const Columns& columns, const Terms& terms,
                 To* sums) {
  const Grid grid{columns.blocks(), Terms::kSums * kThreads * sizeof(double)};
  launch(op, stream, grid, &columns_kernel<Terms, To>, columns, terms, sums);
}

struct Sum {
  __device__ static double start() { return 0; }
  __device__ static double join(double a, double b) { return a + b; }
};

// The elements of an array, one sum a column.
template <class Kind, class From>
struct Elements : Kind {
  static constexpr int kSums = 1;
  const From* x;
  explicit Elements(const From* x) : x(x) {}
  __device__ void add(Index element, Index, double (&sums)[1]) const {
    sums[0] = Kind::join(sums[0], static_cast<double>(x[element]));
  }
};

}  // namespace engine::cuda
