// Moving memory: fill, strided copies, rows by index.
#include <algorithm>
#include <array>

#include "engine/cpu/backend.h"
#include "engine/cpu/derived.h"
#include "engine/cpu/row_number.h"
#include "engine/cpu/scratch.h"
#include "engine/cpu/traverse.h"

namespace engine::cpu {

namespace {

// What was computed from values that a copy is about to overwrite.
void forget_derived(const Strides& strides, const Real* y) {
  Index before = 0, after = 1;
  for (int i = 0; i < strides.extents.rank(); ++i) {
    const Index reach = (strides.extents[i] - 1) * strides.y[i];
    (reach < 0 ? before : after) += reach;
  }
  derived().forget(y + before, after - before);
}

}  // namespace

void CpuBackend::fill(Real* x, Index n, Real value) {
  derived().forget(x, n);
  parallel_for(n, kGrain, [&](Index begin, Index end) { std::fill(x + begin, x + end, value); });
}

void CpuBackend::copy(const Strides& strides, const Real* x, Real* y) {
  forget_derived(strides, y);
  const int last = strides.extents.rank() - 1;
  const Index dx = strides.x[last], dy = strides.y[last];
  for_each_run(strides, [&](Index, Index at_x, Index at_y, Index n) {
    const Real* from = x + at_x;
    Real* to = y + at_y;
    if (dx == 1 && dy == 1) {
      std::copy(from, from + n, to);
    } else if (dx == 0 && dy == 1) {
      std::fill(to, to + n, *from);
    } else {
      for (Index i = 0; i < n; ++i) to[i * dy] = from[i * dx];
    }
  });
}

void CpuBackend::gather(Index n, Index width, Index table_rows, const Real* table,
                        const Real* index, Real* y) {
  for (Index i = 0; i < n; ++i) {
    const Real* row = table + row_number("gather", index[i], table_rows) * width;
    std::copy(row, row + width, y + i * width);
  }
}

// Each row's indices are grouped, so that its terms are summed in double, in order, without a
// double copy of the table.
void CpuBackend::scatter_add(Index n, Index width, Index table_rows, const Real* y,
                             const Real* index, Real* table) {
  static_assert(sizeof(Index) % sizeof(Real) == 0);
  const Scratch memory((table_rows + 1 + n) * static_cast<Index>(sizeof(Index) / sizeof(Real)));
  Index* end = reinterpret_cast<Index*>(memory.data());  // of the numbers of the row before
  Index* order = end + table_rows + 1;
  std::fill_n(end, table_rows + 1, Index{0});
  for (Index i = 0; i < n; ++i) ++end[row_number("scatter_add", index[i], table_rows) + 1];
  for (Index row = 0; row < table_rows; ++row) end[row + 1] += end[row];
  for (Index i = 0; i < n; ++i) order[end[static_cast<Index>(index[i])]++] = i;

  constexpr Index kBlock = 64;  // columns whose sums are kept at a time
  parallel_for(table_rows, std::max<Index>(1, kGrain / std::max<Index>(1, width)),
               [&](Index from, Index to) {
                 std::array<double, kBlock> sums;
                 for (Index row = from; row < to; ++row)
                   for (Index first = 0; first < width; first += kBlock) {
                     const Index columns = std::min(kBlock, width - first);
                     std::fill_n(sums.begin(), columns, 0.0);
                     for (Index k = row == 0 ? 0 : end[row - 1]; k < end[row]; ++k)
                       for (Index j = 0; j < columns; ++j)
                         sums[j] += y[order[k] * width + first + j];
                     for (Index j = 0; j < columns; ++j)
                       table[row * width + first + j] = static_cast<Real>(sums[j]);
                   }
               });
}

}  // namespace engine::cpu
