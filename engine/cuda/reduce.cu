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

struct Squares : Sum {
  static constexpr int kSums = 1;
  const Real* x;
  explicit Squares(const Real* x) : x(x) {}
  __device__ void add(Index element, Index, double (&sums)[1]) const {
    const double value = static_cast<double>(x[element]);
    sums[0] += value * value;
  }
};

// One block: z = the root of the terms' sum. Squares of Real neither overflow nor vanish in double;
// the norm of zeros is a tiny number, so that dividing by it is safe.
template <class Terms>
__global__ void norm_kernel(Index n, Terms terms, double least, Real* z) {
  struct Shared {
    double sum[kThreads];
  };
  Shared& shared = block_memory<Shared>();
  const int t = static_cast<int>(threadIdx.x);
  double own[1] = {0};
  for (Index i = t; i < n; i += kThreads) terms.add(i, 0, own);
  shared.sum[t] = own[0];
  for (int half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (t < half) shared.sum[t] += shared.sum[t + half];
  }
  if (t == 0) *z = static_cast<Real>(std::sqrt(shared.sum[0] == 0 ? least : shared.sum[0]));
}

}  // namespace

void CudaBackend::norm(Index n, const Real* x, Real* z) {
  constexpr Index kOneBlock = Index{1} << 14;
  const Grid one{1, kThreads * sizeof(double)};
  const double least = std::numeric_limits<Real>::min();
  if (n <= kOneBlock)
    return launch("norm", stream_, one, &norm_kernel<Squares>, n, Squares(x), least, z);
  const Columns columns(1, n, 1);
  const Scratch partial(memory_, columns.chunks * kDouble);
  sum_columns("norm", stream_, columns, Squares(x), partial.doubles());
  using Partial = Elements<Sum, double>;
  launch("norm", stream_, one, &norm_kernel<Partial>, columns.chunks, Partial(partial.doubles()),
         least, z);
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
