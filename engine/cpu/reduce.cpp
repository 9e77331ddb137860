// Sums and maxima of [outer, n, inner] over n. Sums are in double, so the float32 result equals the
// double one up to rounding.
#include <array>
#include <limits>

#include "engine/cpu/backend.h"
#include "engine/cpu/parallel.h"
#include "engine/free_lists.h"

namespace engine::cpu {
namespace {

struct Sum {
  static constexpr double start = 0;
  static double join(double a, double b) { return a + b; }
};
struct Max {
  static constexpr double start = -std::numeric_limits<double>::infinity();
  static double join(double a, double b) { return b > a || b != b ? b : a; }  // NaN stays visible
};

// One row: eight running results, so that the loop vectorizes.
template <class Kind>
double reduce_row(const Real* x, Index n) {
  std::array<double, 8> lane;
  lane.fill(Kind::start);
  Index i = 0;
  for (; i + 8 <= n; i += 8)
    for (int j = 0; j < 8; ++j) lane[j] = Kind::join(lane[j], x[i + j]);
  for (; i < n; ++i) lane[0] = Kind::join(lane[0], x[i]);
  for (int width = 4; width > 0; width /= 2)
    for (int j = 0; j < width; ++j) lane[j] = Kind::join(lane[j], lane[j + width]);
  return lane[0];
}

// n rows of `inner` into as many results.
template <class Kind>
void reduce_rows(const Real* x, Index n, Index inner, double* result) {
  std::fill(result, result + inner, Kind::start);
  if (inner == 1) {
    *result = reduce_row<Kind>(x, n);
    return;
  }
  for (Index i = 0; i < n; ++i, x += inner)
    for (Index j = 0; j < inner; ++j) result[j] = Kind::join(result[j], x[j]);
}

// Long columns are cut into chunks of a size that does not depend on the thread count.
template <class Kind>
void reduce_all(Index outer, Index n, Index inner, const Real* x, Real* z) {
  const Index chunk = std::max<Index>(1, 2 * kGrain / std::max<Index>(inner, 1));
  const Index chunks = std::max<Index>(1, (n + chunk - 1) / chunk);
  FreeListVector<double> partial(static_cast<std::size_t>(outer * chunks * inner));
  const Index grain = std::max<Index>(1, kGrain / std::max<Index>(1, std::min(n, chunk) * inner));
  parallel_for(outer * chunks, grain, [&](Index begin, Index end) {
    for (Index piece = begin; piece < end; ++piece) {
      const Index row = piece / chunks, first = piece % chunks * chunk;
      reduce_rows<Kind>(x + (row * n + first) * inner, std::min(chunk, n - first), inner,
                        partial.data() + piece * inner);
    }
  });
  parallel_for(outer * inner, kGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const double* column = partial.data() + i / inner * chunks * inner + i % inner;
      double result = *column;
      for (Index c = 1; c < chunks; ++c) result = Kind::join(result, column[c * inner]);
      z[i] = static_cast<Real>(result);
    }
  });
}

}  // namespace

void CpuBackend::reduce(Reduction kind, Index outer, Index n, Index inner, const Real* x, Real* z) {
  if (kind == Reduction::sum) {
    reduce_all<Sum>(outer, n, inner, x, z);
  } else {
    reduce_all<Max>(outer, n, inner, x, z);
  }
}

}  // namespace engine::cpu
