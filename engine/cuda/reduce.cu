// Sums and maxima of [outer, n, inner] over n, in double.
#include <cmath>

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

template <class Kind>
void reduce_all(const char* op, CudaBackend& backend, Index outer, Index n, Index inner,
                const Real* x, Real* z) {
  constexpr Index kShort = 16, kMany = Index{1} << 16, kWarp = 32;
  const Index size = outer * inner;
  if (n <= kShort || (size >= kMany && inner >= kWarp))
    return launch(op, backend.stream(), one_each(size), &reduce_short_kernel<Kind>, size, n, inner,
                  x, z);
  const Columns columns(outer, n, inner);
  if (columns.chunks == 1)
    return sum_columns(op, backend.stream(), columns, Elements<Kind, Real>(x), z);
  const Scratch partial(backend.memory(), columns.chunks * size * kDouble);
  sum_columns(op, backend.stream(), columns, Elements<Kind, Real>(x), partial.doubles());
  Columns rest(outer, columns.chunks, inner);
  rest.chunk = rest.n;
  rest.chunks = 1;
  sum_columns(op, backend.stream(), rest, Elements<Kind, double>(partial.doubles()), z);
}

}  // namespace

void CudaBackend::reduce(Reduction kind, Index outer, Index n, Index inner, const Real* x,
                         Real* z) {
  if (kind == Reduction::sum) {
    reduce_all<Sum>("sum", *this, outer, n, inner, x, z);
  } else {
    reduce_all<Max>("max", *this, outer, n, inner, x, z);
  }
}

}  // namespace engine::cuda
