// Moving memory: fill, strided copies, rows by index.
#include <algorithm>

#include "engine/cpu/backend.h"
#include "engine/cpu/row_number.h"
#include "engine/cpu/traverse.h"

namespace engine::cpu {

void CpuBackend::fill(Real* x, Index n, Real value) {
  parallel_for(n, kGrain, [&](Index begin, Index end) { std::fill(x + begin, x + end, value); });
}

void CpuBackend::copy(const Strides& strides, const Real* x, Real* y) {
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

void CpuBackend::scatter_add(Index n, Index width, Index table_rows, const Real* y,
                             const Real* index, Real* table) {
  fill(table, table_rows * width, 0);
  for (Index i = 0; i < n; ++i) {
    Real* row = table + row_number("scatter_add", index[i], table_rows) * width;
    for (Index j = 0; j < width; ++j) row[j] += y[i * width + j];
  }
}

}  // namespace engine::cpu
