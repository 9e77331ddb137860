// The rows of pointwise.def as loops: one template each for map and zip, and a table of them.
#include "engine/cpu/backend.h"
#include "engine/cpu/traverse.h"
#include "engine/row_functions.h"

namespace engine::cpu {
namespace {

using namespace row_functions;

#define UNARY(name, value, dx, ...)                                                               \
  struct name##_row {                                                                             \
    static Real apply(Real x, [[maybe_unused]] Real a, [[maybe_unused]] Real b) { return value; } \
  };
#define UNARY_WITH UNARY
#define BINARY(name, value, dx, dy, ...)                                                         \
  struct name##_row {                                                                            \
    static Real apply([[maybe_unused]] Real x, [[maybe_unused]] Real y, [[maybe_unused]] Real a, \
                      [[maybe_unused]] Real b) {                                                 \
      return value;                                                                              \
    }                                                                                            \
  };
#define BINARY_WITH BINARY
#include "engine/ops/pointwise.def"

template <class Row>
void map_row(RowConstants c, Index n, const Real* x, Real* z) {
  for (Index i = 0; i < n; ++i) z[i] = Row::apply(x[i], c.a, c.b);
}

// Runs where an operand is contiguous (stride 1) or repeated (0) are loops that vectorize.
template <class Row>
void zip_row(RowConstants c, Index n, const Real* x, Index dx, const Real* y, Index dy, Real* z) {
  if (dx == 1 && dy == 1) {
    for (Index i = 0; i < n; ++i) z[i] = Row::apply(x[i], y[i], c.a, c.b);
  } else if (dx == 1 && dy == 0) {
    const Real fixed = *y;
    for (Index i = 0; i < n; ++i) z[i] = Row::apply(x[i], fixed, c.a, c.b);
  } else if (dx == 0 && dy == 1) {
    const Real fixed = *x;
    for (Index i = 0; i < n; ++i) z[i] = Row::apply(fixed, y[i], c.a, c.b);
  } else {
    for (Index i = 0; i < n; ++i) z[i] = Row::apply(x[i * dx], y[i * dy], c.a, c.b);
  }
}

using MapRow = void (*)(RowConstants, Index, const Real*, Real*);
constexpr MapRow kMapRows[] = {
#define UNARY(name, value, dx, ...) &map_row<name##_row>,
#define UNARY_WITH UNARY
#include "engine/ops/pointwise.def"
};

using ZipRow = void (*)(RowConstants, Index, const Real*, Index, const Real*, Index, Real*);
constexpr ZipRow kZipRows[] = {
#define BINARY(name, value, dx, dy, ...) &zip_row<name##_row>,
#define BINARY_WITH BINARY
#include "engine/ops/pointwise.def"
};

}  // namespace

void CpuBackend::map(Unary row, RowConstants constants, Index n, const Real* x, Real* z) {
  const MapRow kernel = kMapRows[static_cast<int>(row)];
  parallel_for(n, kGrain, [&](Index begin, Index end) {
    kernel(constants, end - begin, x + begin, z + begin);
  });
}

void CpuBackend::zip(Binary row, RowConstants constants, const Strides& strides, const Real* x,
                     const Real* y, Real* z) {
  const ZipRow kernel = kZipRows[static_cast<int>(row)];
  const int last = strides.extents.rank() - 1;
  for_each_run(strides, [&](Index k, Index at_x, Index at_y, Index n) {
    kernel(constants, n, x + at_x, strides.x[last], y + at_y, strides.y[last], z + k);
  });
}

}  // namespace engine::cpu
