// Moving memory: fill, strided copies, copies of many arrays, rows by index.
#include <iterator>

#include "engine/cuda/backend.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/traverse.h"

namespace engine::cuda {
namespace {

template <int width>
__global__ void fill_kernel(Real value, Index n, Real* x) {
  const Index i = thread_number();
  if ((i + 1) * width <= n) {
    Pack<width> pack;
    for (int j = 0; j < width; ++j) pack.value[j] = value;
    store<width>(x, i, pack);
  } else {
    for_each_element<width>(i, n, [&](Index k) { x[k] = value; });
  }
}

template <int width>
__global__ void copy_kernel(Traversal t, const Real* x, Real* y) {
  const Index i = thread_number();
  if (i * width >= t.size) return;
  const Traversal::Offsets at = t.at(i * width);
  if (width > 1 && t.x[t.last] == 0) {
    Pack<width> pack;
    const Real value = x[at.x];
    for (int j = 0; j < width; ++j) pack.value[j] = value;
    store<width>(y + at.y, 0, pack);
  } else {
    store<width>(y + at.y, 0, load<width>(x + at.x, 0));
  }
}

constexpr int kPieces = 64;             // of a launch: a kernel takes at most 4 KiB of arguments
constexpr Index kShare = 4 * kThreads;  // elements of a piece that one block copies

struct Pieces {
  int count = 0;
  Index end[kPieces];  // blocks up to each
  Piece piece[kPieces];
};

__global__ void copy_pieces_kernel(Pieces all) {
  int k = 0;
  while (all.end[k] <= blockIdx.x) ++k;
  const Piece piece = all.piece[k];
  const Index first = (blockIdx.x - (k > 0 ? all.end[k - 1] : 0)) * kShare;
  for (Index i = first + threadIdx.x; i < first + kShare && i < piece.n; i += kThreads)
    piece.y[i] = piece.x[i];
}

__global__ void gather_kernel(Index size, Divider width, Index table_rows, const Real* table,
                              const Real* index, Real* y, Fault* fault) {
  const Index i = thread_number();
  if (i >= size) return;
  std::uint32_t n = static_cast<std::uint32_t>(i);
  const Index column = width.split(n);
  const Index row = row_number(kGather, index[n], table_rows, fault);
  y[i] = table[row * width.divisor + column];
}

// Each element of the table sums its own rows, in order: no two threads write to the same address.
__global__ void scatter_add_kernel(Index n, Index size, Divider width, Index table_rows,
                                   const Real* y, const Real* index, Real* table, Fault* fault) {
  const Index i = thread_number();
  if (i >= size) return;
  std::uint32_t row = static_cast<std::uint32_t>(i);
  const Index column = width.split(row);
  Real sum = 0;
  for (Index k = 0; k < n; ++k)
    if (row_number(kScatterAdd, index[k], table_rows, fault) == row)
      sum += y[k * width.divisor + column];
  table[i] = sum;
}

}  // namespace

void CudaBackend::fill(Real* x, Index n, Real value) {
  if (aligned(x)) {
    launch("fill", stream_, one_each((n + kPack - 1) / kPack), &fill_kernel<kPack>, value, n, x);
  } else {
    launch("fill", stream_, one_each(n), &fill_kernel<1>, value, n, x);
  }
}

void CudaBackend::copy(const Strides& strides, const Real* x, Real* y) {
  in_pieces(strides, [&](const Strides& s, Index at_x, Index at_y, Index) {
    const Traversal t(s);
    const Real* from = x + at_x;
    Real* to = y + at_y;
    const bool dense = s.y[t.last] == 1;
    if (dense && in_packs(s.extents, s.x, from) && in_packs(s.extents, s.y, to)) {
      launch("copy", stream_, one_each(t.size / kPack), &copy_kernel<kPack>, t, from, to);
    } else {
      launch("copy", stream_, one_each(t.size), &copy_kernel<1>, t, from, to);
    }
  });
}

void CudaBackend::copy_pieces(std::span<const Piece> pieces) {
  while (!pieces.empty()) {
    Pieces some;
    Index blocks = 0;
    for (; some.count < kPieces && some.count < std::ssize(pieces); ++some.count) {
      const Piece& piece = pieces[some.count];
      blocks += (piece.n + kShare - 1) / kShare;
      some.end[some.count] = blocks;
      some.piece[some.count] = piece;
    }
    pieces = pieces.subspan(some.count);
    launch("copy", stream_, Grid{blocks}, &copy_pieces_kernel, some);
  }
}

void CudaBackend::gather(Index n, Index width, Index table_rows, const Real* table,
                         const Real* index, Real* y) {
  if (n * width == 0) return;
  engine::check(table_rows > 0, "gather: the table has no rows");
  check_elements("gather", n * width);
  launch("gather", stream_, one_each(n * width), &gather_kernel, n * width, Divider(width),
         table_rows, table, index, y, fault_);
}

void CudaBackend::scatter_add(Index n, Index width, Index table_rows, const Real* y,
                              const Real* index, Real* table) {
  const Index size = table_rows * width;
  if (size == 0) return;
  check_elements("scatter_add", size);
  launch("scatter_add", stream_, one_each(size), &scatter_add_kernel, n, size, Divider(width),
         table_rows, y, index, table, fault_);
}

}  // namespace engine::cuda
