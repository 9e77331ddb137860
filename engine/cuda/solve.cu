// Systems of linear equations with small matrices, in double: one thread block each, by
// Gauss-Jordan elimination with pivoting on [a, b], side by side in scratch memory.
#include <cmath>

#include "engine/cuda/backend.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/launch.h"

namespace engine::cuda {
namespace {

struct Pivots {
  double size[kThreads];
  Index row[kThreads];
};

// The row from `column` on that has the largest number there. All threads get the same.
__device__ Index pivot_row(const double* rows, Index n, Index width, Index column) {
  Pivots& shared = block_memory<Pivots>();
  const int t = static_cast<int>(threadIdx.x);
  double size = -1;
  Index best = column;
  for (Index i = column + t; i < n; i += kThreads) {
    const double here = std::fabs(rows[i * width + column]);
    if (here > size) {
      size = here;
      best = i;
    }
  }
  shared.size[t] = size;
  shared.row[t] = best;
  for (int half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (t < half && shared.size[t + half] > shared.size[t]) {
      shared.size[t] = shared.size[t + half];
      shared.row[t] = shared.row[t + half];
    }
  }
  __syncthreads();
  return shared.row[0];
}

__global__ void solve_kernel(bool transpose_a, Index count, Index n, Index k, const Real* a,
                             const Real* b, double* scratch, Real* x, Fault* fault) {
  const Index matrix = blockIdx.x, width = n + k, t = threadIdx.x;
  double* const rows = scratch + matrix * n * width;
  a += matrix * n * n;
  b += matrix * n * k;
  x += matrix * n * k;
  for (Index e = t; e < n * width; e += kThreads) {
    const Index i = e / width, j = e % width;
    rows[e] = static_cast<double>(j >= n        ? b[i * k + j - n]
                                  : transpose_a ? a[j * n + i]
                                                : a[i * n + j]);
  }
  __syncthreads();
  for (Index p = 0; p < n; ++p) {
    const Index from = pivot_row(rows, n, width, p);
    __syncthreads();  // all have read the shared result before the next search writes
    if (from != p)
      for (Index j = p + t; j < width; j += kThreads) {
        const double other = rows[from * width + j];
        rows[from * width + j] = rows[p * width + j];
        rows[p * width + j] = other;
      }
    __syncthreads();
    const double pivot = rows[p * width + p];
    if (t == 0 && pivot == 0 &&
        atomicCAS(&fault->verb, static_cast<int>(kNoFault), static_cast<int>(kSolve)) == kNoFault) {
      fault->index = static_cast<Real>(matrix);
      fault->rows = count;
    }
    // Column p becomes the multipliers of the other rows; nothing reads it later.
    for (Index i = t; i < n; i += kThreads)
      if (i != p) rows[i * width + p] /= pivot;
    __syncthreads();
    const Index right = width - p - 1;
    for (Index e = t; e < n * right; e += kThreads) {
      const Index i = e / right, j = p + 1 + e % right;
      if (i != p) rows[i * width + j] -= rows[i * width + p] * rows[p * width + j];
    }
    __syncthreads();
  }
  for (Index e = t; e < n * k; e += kThreads) {
    const Index i = e / k;
    x[e] = static_cast<Real>(rows[i * width + n + e % k] / rows[i * width + i]);
  }
}

}  // namespace

void CudaBackend::solve(bool transpose_a, Index count, Index n, Index k, const Real* a,
                        const Real* b, Real* x) {
  if (n == 0 || k == 0) return;
  const Scratch scratch(memory_, count * n * (n + k) * kDouble);
  launch("solve", stream_, Grid{count, sizeof(Pivots)}, &solve_kernel, transpose_a, count, n, k, a,
         b, scratch.doubles(), x, fault_);
}

}  // namespace engine::cuda
