// Work down the columns of [outer, n, inner]: each block takes some columns of one chunk of rows,
// its threads take the rows in turn. Neighboring threads read neighboring elements whatever the
// number of columns. Chunks depend on the extents alone, so the bits are the same on every GPU.
//
// map_columns does something to each element; what it needs of a column is computed once a thread:
//   body.at(column)                returns a function of an element's position
//
// sum_columns adds up in double: the sums of a block's threads are combined in a tree, those of
// chunks by the block that finishes last (last_block.h). Terms defines what is summed, kSums sums
// per column:
//   start()                        where each sum begins
//   join(a, b)                     a + b, or the larger
//   at(column)                     returns a function of (position, sums) that joins an element's
//                                  terms to the sums
// and result(outer * inner + column, sums) gets the sums of a whole column.
#pragma once

#include <algorithm>

#include "engine/cuda/backend.h"
#include "engine/cuda/last_block.h"
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

// What one thread does: of one column, every g.rows-th row from `begin` on. Idle threads do nothing.
struct ColumnShare {
  int row;  // of those that the block reads at once
  Index column, chunk, outer, tile, begin, end;
  bool idle;

  __device__ explicit ColumnShare(const Columns& g) {
    const int t = static_cast<int>(threadIdx.x), width = static_cast<int>(g.width);
    row = t / width;
    tile = blockIdx.x % g.tiles;
    chunk = blockIdx.x / g.tiles % g.chunks;
    outer = blockIdx.x / g.tiles / g.chunks;
    column = tile * g.width + t % width;
    begin = chunk * g.chunk + row;
    end = (chunk + 1) * g.chunk < g.n ? (chunk + 1) * g.chunk : g.n;
    idle = row >= g.rows || column >= g.inner;
  }
  // Calls body with the position of each of the thread's elements.
  template <class Body>
  __device__ void for_each(const Columns& g, const Body& body) const {
    for (Index i = begin; i < end; i += g.rows) body((outer * g.n + i) * g.inner + column);
  }
};

template <class Body>
__global__ void map_columns_kernel(Columns g, Body body) {
  const ColumnShare share(g);
  if (!share.idle) share.for_each(g, body.at(share.column));
}

template <class Body>
void map_columns(const char* op, CudaBackend& backend, const Columns& columns, const Body& body) {
  launch(op, backend.stream(), Grid{columns.blocks()}, &map_columns_kernel<Body>, columns, body);
}

template <class Terms>
struct ColumnSums {
  double sum[Terms::kSums][kThreads];
  bool last;

  // Joins the sums of all rows of a block: those of a column to its thread in row 0.
  __device__ void combine(const Columns& g, int row, const Terms& terms,
                          double (&own)[Terms::kSums]) {
    const int t = static_cast<int>(threadIdx.x), width = static_cast<int>(g.width);
    for (int s = 0; s < Terms::kSums; ++s) sum[s][t] = own[s];
    for (int live = static_cast<int>(g.rows); live > 1;) {
      const int half = (live + 1) / 2;
      __syncthreads();
      if (row + half < live)
        for (int s = 0; s < Terms::kSums; ++s)
          sum[s][t] = terms.join(sum[s][t], sum[s][t + half * width]);
      live = half;
    }
    for (int s = 0; s < Terms::kSums; ++s) own[s] = sum[s][t];
  }
};

// partial [outer, chunks, kSums, inner] and tickets [outer, tiles] are used if there are chunks.
template <class Terms, class Result>
__global__ void sum_columns_kernel(Columns g, Terms terms, double* partial, unsigned* tickets,
                                   Result result) {
  constexpr int kSums = Terms::kSums;
  auto& shared = block_memory<ColumnSums<Terms>>();
  const ColumnShare share(g);
  double own[kSums];
  for (int s = 0; s < kSums; ++s) own[s] = terms.start();
  if (!share.idle) {
    const auto add = terms.at(share.column);
    share.for_each(g, [&](Index element) { add(element, own); });
  }
  shared.combine(g, share.row, terms, own);
  if (g.chunks > 1) {
    double* const column = partial + share.outer * g.chunks * kSums * g.inner + share.column;
    if (!share.idle && share.row == 0)
      for (int s = 0; s < kSums; ++s) column[(share.chunk * kSums + s) * g.inner] = own[s];
    if (!last_block(tickets + share.outer * g.tiles + share.tile, g.chunks, shared.last)) return;
    for (int s = 0; s < kSums; ++s) own[s] = terms.start();
    if (!share.idle) {
#pragma unroll 8  // so many reads in flight: the other blocks, which would hide the wait, are done
      for (Index chunk = share.row; chunk < g.chunks; chunk += g.rows)
        for (int s = 0; s < kSums; ++s)
          own[s] = terms.join(own[s], column[(chunk * kSums + s) * g.inner]);
    }
    shared.combine(g, share.row, terms, own);
  }
  if (!share.idle && share.row == 0) result(share.outer * g.inner + share.column, own);
}

template <class Terms, class Result>
void sum_columns(const char* op, CudaBackend& backend, const Columns& columns, const Terms& terms,
                 const Result& result) {
  const bool whole = columns.chunks == 1;
  const Index sums = columns.outer * columns.chunks * Terms::kSums * columns.inner;
  const Scratch partial(backend.memory(), whole ? 0 : sums * kDouble);
  unsigned* const tickets = whole ? nullptr : backend.tickets(columns.outer * columns.tiles);
  launch(op, backend.stream(), Grid{columns.blocks(), sizeof(ColumnSums<Terms>)},
         &sum_columns_kernel<Terms, Result>, columns, terms, partial.doubles(), tickets, result);
}

struct Sum {
  __device__ static double start() { return 0; }
  __device__ static double join(double a, double b) { return a + b; }
};

// A result: z[outer, inner].
struct ToArray {
  Real* z;
  __device__ void operator()(Index i, const double (&sums)[1]) const {
    z[i] = static_cast<Real>(sums[0]);
  }
};

}  // namespace engine::cuda
