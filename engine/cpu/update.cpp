// Updates in place, on flat blocks of parameters.
#include <cmath>

#include "engine/cpu/backend.h"
#include "engine/cpu/derived.h"
#include "engine/cpu/parallel.h"

namespace engine::cpu {

// Kingma and Ba, "Adam" (2015), algorithm 1, in PyTorch's order of operations.
void CpuBackend::adam(const Live<AdamStep>& step, Index n, const Real* g, Real* m, Real* v,
                      Real* w) {
  for (const Real* changed : {m, v, w}) derived().forget(changed, n);
  const AdamStep s = step.get();
  const Real rate = s.lr / s.correction1;
  const Real root = std::sqrt(s.correction2);
  parallel_for(n, kGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      m[i] = s.beta1 * m[i] + (1 - s.beta1) * g[i];
      v[i] = s.beta2 * v[i] + (1 - s.beta2) * g[i] * g[i];
      w[i] -= rate * m[i] / (std::sqrt(v[i]) / root + s.epsilon);
    }
  });
}

void CpuBackend::add_scaled(Index n, const Live<Real>& factor, const Real* x, Real* y) {
  derived().forget(y, n);
  const Real a = factor.get();
  parallel_for(n, kGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) y[i] += a * x[i];
  });
}

void CpuBackend::lerp(Index n, Real t, const Real* x, Real* y) {
  derived().forget(y, n);
  parallel_for(n, kGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) y[i] += t * (x[i] - y[i]);
  });
}

}  // namespace engine::cpu
