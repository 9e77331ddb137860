// Power iteration on many matrices in three launches a round, and weights scaled to a spectral norm.
// Sums are in double, in an order that depends on extents alone.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/cuda/backend.h"
#include "engine/cuda/divider.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/pack.h"
#include "engine/free_lists.h"

namespace engine::cuda {
namespace {

constexpr int kWarps = kThreads / 32;

struct Matrix {
  TopPair top;
  Real *t, *image;      // w^T u, and w v
  Index column_blocks;  // of the launch that computes t
  bool packed;          // whether rows may be read as packs
};

constexpr int kMatrices = 32;  // of a launch: a kernel takes at most 4 KiB of arguments

struct Matrices {
  int count = 0;
  Matrix of[kMatrices];
};
static_assert(sizeof(Matrices) + 16 <= 4096);

// The sum over the threads of a block of what each has; all threads receive it.
__device__ double sum_of_block(double own, double (&sums)[kThreads]) {
  const int t = static_cast<int>(threadIdx.x);
  sums[t] = own;
  for (int half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (t < half) sums[t] += sums[t + half];
  }
  __syncthreads();
  return sums[0];
}

// The length of x. Squares of Real neither overflow nor vanish in double; the length of zeros is a
// tiny number, so that dividing by it is safe.
__device__ double length(const Real* x, Index n, double least, double (&sums)[kThreads]) {
  double own = 0;
  for (Index i = threadIdx.x; i < n; i += kThreads) {
    const double value = static_cast<double>(x[i]);
    own += value * value;
  }
  const double sum = sum_of_block(own, sums);
  return std::sqrt(sum == 0 ? least : sum);
}

// t = w^T u + kKept v for the columns of one block, 32 packs of them. Each warp adds every eighth
// row; then the warps' sums are added in order.
template <int width>
__device__ void transposed(const Matrix& a, Index block, double* sums) {
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const Index first = block * 32 * width, column = first + lane * width;
  double own[width] = {};
  if (column < a.top.n) {
#pragma unroll 4
    for (Index i = warp; i < a.top.m; i += kWarps) {
      const Pack<width> pack = load<width>(a.top.w + i * a.top.n + column, 0);
      const double u = static_cast<double>(a.top.u[i]);
      for (int j = 0; j < width; ++j) own[j] += static_cast<double>(pack.value[j]) * u;
    }
  }
  for (int j = 0; j < width; ++j) sums[(warp * 32 + lane) * width + j] = own[j];
  __syncthreads();
  const Index c = threadIdx.x;
  if (c >= 32 * width || first + c >= a.top.n) return;
  double sum = static_cast<double>(TopPair::kKept) * static_cast<double>(a.top.v[first + c]);
  for (int w = 0; w < kWarps; ++w) sum += sums[w * 32 * width + c];
  a.t[first + c] = static_cast<Real>(sum);
}

__global__ void transposed_kernel(Matrices all) {
  struct Shared {
    double sums[kWarps * 32 * kPack];
  };
  Shared& shared = block_memory<Shared>();
  Index block = blockIdx.x;
  int k = 0;
  for (; block >= all.of[k].column_blocks; ++k) block -= all.of[k].column_blocks;
  const Matrix a = all.of[k];
  a.packed ? transposed<kPack>(a, block, shared.sums) : transposed<1>(a, block, shared.sums);
}

__host__ __device__ inline Index row_blocks(Index rows) { return (rows + kWarps - 1) / kWarps; }

__device__ inline Real times(Real x, double factor) {
  return static_cast<Real>(static_cast<double>(x) * factor);
}

// <x, v> of a row, by one warp, where v is `from` times a factor, rounded as it is kept.
template <int width>
__device__ double row_product(const Real* x, const Real* from, Index n, double factor) {
  double sum = 0;
  for (Index j = threadIdx.x % 32 * width; j < n; j += 32 * width) {
    const Pack<width> a = load<width>(x + j, 0), b = load<width>(from + j, 0);
    for (int i = 0; i < width; ++i)
      sum += static_cast<double>(a.value[i]) * static_cast<double>(times(b.value[i], factor));
  }
  for (int bit = 16; bit > 0; bit /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, bit);
  return sum;
}

// image = w v, a row for each warp; with `advance`, v = t / |t|, which each block computes for
// itself and the first one keeps.
__global__ void product_kernel(Matrices all, bool advance, double least) {
  struct Shared {
    double sums[kThreads];
  };
  Shared& shared = block_memory<Shared>();
  Index block = blockIdx.x;
  int k = 0;
  for (; block >= row_blocks(all.of[k].top.m); ++k) block -= row_blocks(all.of[k].top.m);
  const Matrix a = all.of[k];
  const Index n = a.top.n;
  const Real* from = advance ? a.t : a.top.v;
  const double factor = advance ? 1 / length(from, n, least, shared.sums) : 1;
  const Index row = block * kWarps + threadIdx.x / 32;
  if (row < a.top.m) {
    const Real* x = a.top.w + row * n;
    const double sum =
        a.packed ? row_product<kPack>(x, from, n, factor) : row_product<1>(x, from, n, factor);
    if (threadIdx.x % 32 == 0) a.image[row] = static_cast<Real>(sum);
  }
  if (!advance || block > 0) return;
  for (Index j = threadIdx.x; j < n; j += kThreads) a.top.v[j] = times(from[j], factor);
}

// sigma = |image| and u = image / sigma, a block for each matrix.
__global__ void length_kernel(Matrices all, double least) {
  struct Shared {
    double sums[kThreads];
  };
  Shared& shared = block_memory<Shared>();
  const Matrix a = all.of[blockIdx.x];
  const Real sigma = static_cast<Real>(length(a.image, a.top.m, least, shared.sums));
  for (Index i = threadIdx.x; i < a.top.m; i += kThreads) a.top.u[i] = a.image[i] / sigma;
  if (threadIdx.x == 0) *a.top.sigma = sigma;
}

template <int width>
__global__ void scale_to_norm_kernel(NormScale scale, Index n, const Real* w, const Real* sigma,
                                     Real* z) {
  const Index i = thread_number();
  if (i * width >= n) return;
  const Real factor = scale.factor(*sigma);
  Pack<width> pack = load<width>(w, i);
  for (int j = 0; j < width; ++j) pack.value[j] *= factor;
  store<width>(z, i, pack);
}

constexpr Index kShares = kThreads;  // of <g, w>, at most

// <g, w> in shares, one a block.
template <int width>
__global__ void dot_kernel(Index packs, const Real* g, const Real* w, double* shares) {
  struct Shared {
    double sums[kThreads];
  };
  Shared& shared = block_memory<Shared>();
  double own = 0;
  for (Index i = thread_number(); i < packs; i += Index{gridDim.x} * kThreads) {
    const Pack<width> a = load<width>(g, i), b = load<width>(w, i);
    for (int j = 0; j < width; ++j)
      own += static_cast<double>(a.value[j]) * static_cast<double>(b.value[j]);
  }
  const double sum = sum_of_block(own, shared.sums);
  if (threadIdx.x == 0) shares[blockIdx.x] = sum;
}

// dw = factor g + u v^T d<factor w, g> / d sigma: d factor / d sigma = -factor / sigma, and
// d sigma / d w = u v^T.
template <int width>
__global__ void scale_to_norm_grad_kernel(NormScale scale, TopPair top, Divider row_packs,
                                          int count, const double* shares, const Real* g,
                                          Real* dw) {
  struct Shared {
    double sums[kThreads];
  };
  Shared& shared = block_memory<Shared>();
  const double own = static_cast<int>(threadIdx.x) < count ? shares[threadIdx.x] : 0;
  const double product = sum_of_block(own, shared.sums);
  const Index i = thread_number();
  if (i * width >= top.m * top.n) return;
  const Real sigma = *top.sigma, factor = scale.factor(sigma), share = scale.share(sigma);
  const double of_sigma = share == 0 ? 0
                                     : -static_cast<double>(share) * static_cast<double>(factor) *
                                           product / static_cast<double>(sigma);
  std::uint32_t row = static_cast<std::uint32_t>(i);
  const std::uint32_t column = row_packs.split(row);
  const Real of_row = static_cast<Real>(of_sigma * static_cast<double>(top.u[row]));
  const Pack<width> v = load<width>(top.v, column);
  Pack<width> pack = load<width>(g, i);
  for (int j = 0; j < width; ++j) pack.value[j] = factor * pack.value[j] + of_row * v.value[j];
  store<width>(dw, i, pack);
}

bool in_packs(const TopPair& top) { return top.n % kPack == 0 && aligned(top.w, top.v); }

}  // namespace

void CudaBackend::power_iteration(std::span<const TopPair> pairs) {
  constexpr double least = std::numeric_limits<Real>::min();
  constexpr std::size_t kSums = kThreads * sizeof(double);
  Index size = 0;
  for (const TopPair& top : pairs) size += (top.n + top.m + 2 * kPack) / kPack * kPack;
  const Scratch scratch(memory_, size);
  Real* free = scratch.data();
  const auto take = [&free](Index n) {
    return std::exchange(free, free + (n + kPack - 1) / kPack * kPack);
  };
  FreeListVector<Matrix> all;
  int rounds = 0;
  for (const TopPair& top : pairs) {
    check_elements("power_iteration", top.m * top.n);
    if (top.m * top.n == 0) continue;
    const bool packed = in_packs(top);
    const Index width = 32 * (packed ? kPack : 1);
    all.push_back({top, take(top.n), take(top.m), (top.n + width - 1) / width, packed});
    rounds = std::max(rounds, top.rounds);
  }
  // Round by round, those that still take part, as many as a launch takes.
  for (int round = 0; round <= rounds; ++round) {
    FreeListVector<Matrix> here;
    for (const Matrix& a : all)
      if (a.top.rounds == 0 ? round == 0 : 0 < round && round <= a.top.rounds) here.push_back(a);
    for (std::size_t first = 0; first < here.size(); first += kMatrices) {
      Matrices some;
      Index columns = 0, rows = 0;
      for (; some.count < kMatrices && first + some.count < here.size(); ++some.count) {
        const Matrix& a = some.of[some.count] = here[first + some.count];
        columns += a.column_blocks;
        rows += row_blocks(a.top.m);
      }
      if (round > 0)
        launch("power_iteration", stream_, Grid{columns, kSums * kPack}, &transposed_kernel, some);
      launch("power_iteration", stream_, Grid{rows, kSums}, &product_kernel, some, round > 0,
             least);
      launch("power_iteration", stream_, Grid{some.count, kSums}, &length_kernel, some, least);
    }
  }
}

void CudaBackend::scale_to_norm(const NormScale& scale, Index n, const Real* w, const Real* sigma,
                                Real* z) {
  if (n % kPack == 0 && aligned(w, z)) {
    launch("scale_to_norm", stream_, one_each(n / kPack), &scale_to_norm_kernel<kPack>, scale, n, w,
           sigma, z);
  } else {
    launch("scale_to_norm", stream_, one_each(n), &scale_to_norm_kernel<1>, scale, n, w, sigma, z);
  }
}

void CudaBackend::scale_to_norm_grad(const NormScale& scale, const TopPair& top, const Real* g,
                                     Real* dw) {
  const Index n = top.m * top.n;
  check_elements("scale_to_norm", n);
  const std::size_t shared = kThreads * sizeof(double);
  const auto run = [&](Index packs, Index row, auto dot, auto grad) {
    const Index count = std::min(kShares, one_each(packs).blocks);
    const Scratch shares(memory_, count * kDouble);
    launch("scale_to_norm", stream_, Grid{count, shared}, dot, packs, g, top.w, shares.doubles());
    launch("scale_to_norm", stream_, Grid{one_each(packs).blocks, shared}, grad, scale, top,
           Divider(row), static_cast<int>(count), shares.doubles(), g, dw);
  };
  if (n == 0) return;
  if (in_packs(top) && aligned(g, dw)) {
    run(n / kPack, top.n / kPack, &dot_kernel<kPack>, &scale_to_norm_grad_kernel<kPack>);
  } else {
    run(n, top.n, &dot_kernel<1>, &scale_to_norm_grad_kernel<1>);
  }
}

}  // namespace engine::cuda
