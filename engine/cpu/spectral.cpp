// Power iteration on matrices, and weights scaled to a spectral norm.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/cpu/backend.h"
#include "engine/cpu/derived.h"
#include "engine/cpu/parallel.h"
#include "engine/free_lists.h"

namespace engine::cpu {
namespace {

// Without overflow or underflow, also where Real is double; the length of zeros is a tiny number, so
// that dividing by it is safe.
Real length(const Real* x, Index n) {
  double largest = 0;
  for (Index i = 0; i < n; ++i) largest = std::max(largest, std::abs(double{x[i]}));
  const double unit = largest > 1e150 || (largest < 1e-150 && largest > 0) ? largest : 1;
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += (x[i] / unit) * (x[i] / unit);
  return static_cast<Real>(unit * std::sqrt(sum == 0 ? std::numeric_limits<Real>::min() : sum));
}

void divide(const Real* x, Index n, Real divisor, Real* z) {
  for (Index i = 0; i < n; ++i) z[i] = x[i] / divisor;
}

// <g, w>, in chunks that do not depend on the thread count.
double product(const Real* g, const Real* w, Index n) {
  FreeListVector<double> partial(static_cast<std::size_t>((n + kGrain - 1) / kGrain), 0.0);
  parallel_for(n, kGrain, [&](Index begin, Index end) {
    double sum = 0;
    for (Index i = begin; i < end; ++i) sum += double{g[i]} * w[i];
    partial[begin / kGrain] = sum;
  });
  double all = 0;
  for (const double sum : partial) all += sum;
  return all;
}

}  // namespace

void CpuBackend::power_iteration(std::span<const TopPair> pairs) {
  for (const TopPair& p : pairs) {
    derived().forget(p.u, p.m);
    derived().forget(p.v, p.n);
    derived().forget(p.sigma, 1);
    FreeListVector<Real> t(static_cast<std::size_t>(p.n));
    const auto multiply = [&] {
      gemm(false, true, 1, 1, p.m, p.n, p.v, p.w, p.u);
      *p.sigma = length(p.u, p.m);
      divide(p.u, p.m, *p.sigma, p.u);
    };
    for (int round = 0; round < p.rounds; ++round) {
      gemm(false, false, 1, 1, p.n, p.m, p.u, p.w, t.data());
      for (Index i = 0; i < p.n; ++i) t[i] += TopPair::kKept * p.v[i];
      divide(t.data(), p.n, length(t.data(), p.n), p.v);
      multiply();
    }
    if (p.rounds == 0) multiply();
  }
}

void CpuBackend::scale_to_norm(const NormScale& scale, Index n, const Real* w, const Real* sigma,
                               Real* z) {
  const Real factor = scale.factor(*sigma);
  parallel_for(n, kGrain, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) z[i] = w[i] * factor;
  });
}

void CpuBackend::scale_to_norm_grad(const NormScale& scale, const TopPair& top, const Real* g,
                                    Real* dw) {
  const Real sigma = *top.sigma, factor = scale.factor(sigma), share = scale.share(sigma);
  // d factor / d sigma = -factor / sigma, and d sigma / d w = u v^T.
  const double of_sigma =
      share == 0 ? 0 : -share * factor * product(g, top.w, top.m * top.n) / sigma;
  const Index grain = std::max<Index>(1, kGrain / std::max<Index>(1, top.n));
  parallel_for(top.m, grain, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Real of_row = static_cast<Real>(of_sigma * top.u[i]);
      const Real* from = g + i * top.n;
      Real* to = dw + i * top.n;
      for (Index j = 0; j < top.n; ++j) to[j] = factor * from[j] + of_row * top.v[j];
    }
  });
}

}  // namespace engine::cpu
