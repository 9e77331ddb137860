// Updates in place, on flat blocks of parameters.
#include <cmath>

#include "engine/cuda/backend.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/pack.h"

namespace engine::cuda {
namespace {

// Kingma and Ba, "Adam" (2015), algorithm 1, in PyTorch's order of operations, as on the CPU.
__global__ void adam_kernel(Live<AdamStep> step, Index n, const Real* g, Real* m, Real* v,
                            Real* w) {
  const Index i = thread_number();
  if (i >= n) return;
  const AdamStep s = step.get();
  const Real rate = s.lr / s.correction1, root = std::sqrt(s.correction2);
  const Real first = s.beta1 * m[i] + (1 - s.beta1) * g[i];
  const Real second = s.beta2 * v[i] + (1 - s.beta2) * g[i] * g[i];
  m[i] = first;
  v[i] = second;
  w[i] -= rate * first / (std::sqrt(second) / root + s.epsilon);
}

__global__ void add_scaled_kernel(Index n, Live<Real> a, const Real* x, Real* y) {
  const Index i = thread_number();
  if (i < n) y[i] += a.get() * x[i];
}

__global__ void lerp_kernel(Index n, Real t, const Real* x, Real* y) {
  const Index i = thread_number();
  if (i < n) y[i] += t * (x[i] - y[i]);
}

__global__ void remember_moments_kernel(Index channels, Real momentum, Real factor,
                                        const Real* moments, Real* mean, Real* variance) {
  const Index c = thread_number();
  if (c >= channels) return;
  mean[c] = mean[c] * (1 - momentum) + moments[c] * momentum;
  variance[c] = variance[c] * (1 - momentum) + moments[channels + c] * (momentum * factor);
}

}  // namespace

void CudaBackend::adam(const Live<AdamStep>& step, Index n, const Real* g, Real* m, Real* v,
                       Real* w) {
  launch("adam", stream_, one_each(n), &adam_kernel, step, n, g, m, v, w);
}

void CudaBackend::add_scaled(Index n, const Live<Real>& a, const Real* x, Real* y) {
  launch("add_scaled", stream_, one_each(n), &add_scaled_kernel, n, a, x, y);
}

void CudaBackend::lerp(Index n, Real t, const Real* x, Real* y) {
  launch("lerp", stream_, one_each(n), &lerp_kernel, n, t, x, y);
}

void CudaBackend::remember_moments(Index channels, Real momentum, Real factor, const Real* moments,
                                   Real* mean, Real* variance) {
  launch("remember_moments", stream_, one_each(channels), &remember_moments_kernel, channels,
         momentum, factor, moments, mean, variance);
}

}  // namespace engine::cuda
