// Sums and maxima of [outer, n, inner] over n, in double.
#include <cmath>
#include <limits>

#include "engine/cuda/backend.h"
#include "engine/cuda/columns.h"

namespace engine::cuda {
namespace {

struct Max {
  __device__ static double start() { return -HUGE_VAL; }
  __device__ static double join(double a, double b) {
    return b > a || b != b ? b : a;  // NaN stays visible
  }
};

// For short or very many columns: a thread for each.
template <class Kind>
__global__ void reduce_short_kernel(Index size, Index n, Index inner, const Real* x, Real* z) {
  const Index i = thread_number();
  if (i >= size) return;
  const Real* from = x + i / inner * n * inner + i % inner;
  double result = Kind::start();
  for (Index k = 0; k < n; ++k) result = Kind::join(result, static_cast<double>(from[k * inner]));
  z[i] = static_cast<Real>(result);
}

// The elements of an array, one sum a column.
template <class Kind>
struct Elements : Kind {
  static constexpr int kSums = 1;
  const Real* x;
  explicit Elements(const Real* x) : x(x) {}
  __device__ auto at(Index) const {
    return [x = x](Index i, double(&sums)[1]) {
      sums[0] = Kind::join(sums[0], static_cast<double>(x[i]));
    };
  }
};

template <class Kind>
void reduce_all(const char* op, CudaBackend& backend, Index outer, Index n, Index inner,
                const Real* x, Real* z) {
  constexpr Index kShort = 16, kMany = Index{1} << 16, kWarp = 32;
  const Index size = outer * inner;
  if (n <= kShort || (size >= kMany && inner >= kWarp))
    return launch(op, backend.stream(), one_each(size), &reduce_short_kernel<Kind>, size, n, inner,
                  x, z);
  sum_columns(op, backend, Columns(outer, n, inner), Elements<Kind>(x), ToArray{z});
}

struct Squares : Sum {
  static constexpr int kSums = 1;
  const Real* x;
  explicit Squares(const Real* x) : x(x) {}
  __device__ auto at(Index) const {
    return [x = x](Index i, double(&sums)[1]) {
      const double value = static_cast<double>(x[i]);
      sums[0] += value * value;
    };
  }
};

// Squares of Real neither overflow nor vanish in double; the norm of zeros is a tiny number, so that
// dividing by it is safe.
struct Root {
  Real* z;
  double least;
  __device__ void operator()(Index, const double (&sums)[1]) const {
    *z = static_cast<Real>(std::sqrt(sums[0] == 0 ? least : sums[0]));
  }
};

}  // namespace

void CudaBackend::norm(Index n, const Real* x, Real* z) {
  sum_columns("norm", *this, Columns(1, n, 1), Squares(x),
              Root{z, std::numeric_limits<Real>::min()});
}

void CudaBackend::reduce(Reduction kind, Index outer, Index n, Index inner, const Real* x,
                         Real* z) {
  if (kind == Reduction::sum) {
    reduce_all<Sum>("sum", *this, outer, n, inner, x, z);
  } else {
    reduce_all<Max>("max", *this, outer, n, inner, x, z);
  }
}

}  // namespace engine::cuda
