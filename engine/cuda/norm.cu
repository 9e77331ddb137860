// Fused kernels on rows of channels: bias with activation, and batch norm forward and backward.
#include <cmath>

#include "engine/cuda/activation.h"
#include "engine/cuda/backend.h"
#include "engine/cuda/columns.h"
#include "engine/cuda/divider.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/pack.h"

namespace engine::cuda {
namespace {

// The derivative, from the result z.
template <Activation kind>
__device__ inline Real slope_at(Real z, Real slope) {
  if (kind == Activation::relu) return static_cast<Real>(z > 0);
  if (kind == Activation::leaky_relu) return z > 0 ? static_cast<Real>(1) : slope;
  if (kind == Activation::tanh) return 1 - z * z;
  return 1;
}

template <Activation kind>
__global__ void bias_kernel(Real slope, Index n, Divider channels, const Real* x, const Real* bias,
                            Real* z) {
  const Index i = thread_number();
  if (i >= n) return;
  std::uint32_t row = static_cast<std::uint32_t>(i);
  z[i] = activate(kind, x[i] + bias[channels.split(row)], slope);
}

template <Activation kind>
__global__ void bias_grad_kernel(Real slope, Index n, const Real* z, const Real* g, Real* dx) {
  const Index i = thread_number();
  if (i < n) dx[i] = slope_at<kind>(z[i], slope) * g[i];
}

// The sums of x - x[0] and of its square: relative to the first row, so that a large mean does not
// cancel a small variance.
struct Deviations : Sum {
  static constexpr int kSums = 2;
  const Real* x;
  explicit Deviations(const Real* x) : x(x) {}
  __device__ void add(Index element, Index channel, double (&sums)[2]) const {
    const double d = static_cast<double>(x[element]) - static_cast<double>(x[channel]);
    sums[0] += d;
    sums[1] += d * d;
  }
};

__global__ void moments_kernel(double rows, Index channels, const double* sums, const Real* x,
                               Real* moments) {
  const Index c = thread_number();
  if (c >= channels) return;
  const double mean = sums[c] / rows;
  const double variance = sums[channels + c] / rows - mean * mean;
  moments[c] = static_cast<Real>(x[c] + mean);
  moments[channels + c] = static_cast<Real>(variance < 0 ? 0 : variance);
}

__global__ void inverse_deviation_kernel(Index channels, Real epsilon, const Real* moments,
                                         Real* inverse) {
  const Index c = thread_number();
  if (c >= channels) return;
  const double variance = static_cast<double>(moments[channels + c]) + static_cast<double>(epsilon);
  inverse[c] = static_cast<Real>(1 / std::sqrt(variance));
}

__global__ void batch_norm_kernel(Index n, Divider channels, const Real* x, const Real* mean,
                                  const Real* inverse, const Real* gamma, const Real* beta,
                                  Real* y) {
  const Index i = thread_number();
  if (i >= n) return;
  std::uint32_t row = static_cast<std::uint32_t>(i);
  const std::uint32_t c = channels.split(row);
  y[i] = (x[i] - mean[c]) * (inverse[c] * gamma[c]) + beta[c];
}

// The sums of g and of g h, h = (x - mean) / deviation.
struct Cotangents : Sum {
  static constexpr int kSums = 2;
  const Real *x, *g, *mean, *inverse;
  Cotangents(const Real* x, const Real* g, const Real* mean, const Real* inverse)
      : x(x), g(g), mean(mean), inverse(inverse) {}
  __device__ void add(Index element, Index channel, double (&sums)[2]) const {
    const double cotangent = static_cast<double>(g[element]);
    sums[0] += cotangent;
    sums[1] += cotangent * static_cast<double>((x[element] - mean[channel]) * inverse[channel]);
  }
};

// dbeta and dgamma, and their means over the rows as [2, channels].
__global__ void cotangent_sums_kernel(double rows, Index channels, const double* sums, Real* dgamma,
                                      Real* dbeta, Real* means) {
  const Index c = thread_number();
  if (c >= channels) return;
  dbeta[c] = static_cast<Real>(sums[c]);
  dgamma[c] = static_cast<Real>(sums[channels + c]);
  means[c] = static_cast<Real>(sums[c] / rows);
  means[channels + c] = static_cast<Real>(sums[channels + c] / rows);
}

// dx = gamma / deviation * (g - dbeta / n - h dgamma / n)
__global__ void batch_norm_grad_kernel(Index n, Divider channels, const Real* means, const Real* x,
                                       const Real* mean, const Real* inverse, const Real* gamma,
                                       const Real* g, Real* dx) {
  const Index i = thread_number();
  if (i >= n) return;
  std::uint32_t row = static_cast<std::uint32_t>(i);
  const std::uint32_t c = channels.split(row);
  const Real h = (x[i] - mean[c]) * inverse[c];
  dx[i] = gamma[c] * inverse[c] * (g[i] - means[c] - h * means[channels.divisor + c]);
}

// Two sums for each channel of [rows, channels], as [2, channels].
template <class Terms>
void channel_sums(const char* op, CudaBackend& backend, Index rows, Index channels,
                  const Terms& terms, double* sums) {
  const Columns columns(1, rows, channels);
  if (columns.chunks == 1) return sum_columns(op, backend.stream(), columns, terms, sums);
  const Scratch partial(backend.memory(), columns.chunks * 2 * channels * kDouble);
  sum_columns(op, backend.stream(), columns, terms, partial.doubles());
  Columns rest(1, columns.chunks, 2 * channels);
  rest.chunk = rest.n;
  rest.chunks = 1;
  sum_columns(op, backend.stream(), rest, Elements<Sum, double>(partial.doubles()), sums);
}

}  // namespace

void CudaBackend::bias_activation(Activation kind, Real slope, Index rows, Index channels,
                                  const Real* x, const Real* bias, Real* z) {
  const Index n = rows * channels;
  if (n == 0) return;
  check_elements("bias_activation", n);
  const auto kernel = kind == Activation::relu         ? &bias_kernel<Activation::relu>
                      : kind == Activation::leaky_relu ? &bias_kernel<Activation::leaky_relu>
                      : kind == Activation::tanh       ? &bias_kernel<Activation::tanh>
                                                       : &bias_kernel<Activation::none>;
  launch("bias_activation", stream_, one_each(n), kernel, slope, n, Divider(channels), x, bias, z);
}

void CudaBackend::bias_activation_grad(Activation kind, Real slope, Index n, const Real* z,
                                       const Real* g, Real* dx) {
  const auto kernel = kind == Activation::relu         ? &bias_grad_kernel<Activation::relu>
                      : kind == Activation::leaky_relu ? &bias_grad_kernel<Activation::leaky_relu>
                      : kind == Activation::tanh       ? &bias_grad_kernel<Activation::tanh>
                                                       : &bias_grad_kernel<Activation::none>;
  launch("bias_activation", stream_, one_each(n), kernel, slope, n, z, g, dx);
}

void CudaBackend::moments(Index rows, Index channels, const Real* x, Real* moments) {
  const Scratch sums(memory_, 2 * channels * kDouble);
  channel_sums("moments", *this, rows, channels, Deviations(x), sums.doubles());
  launch("moments", stream_, one_each(channels), &moments_kernel, static_cast<double>(rows),
         channels, sums.doubles(), x, moments);
}

void CudaBackend::inverse_deviations(Index channels, Real epsilon, const Real* moments,
                                     Real* inverse) {
  launch("batch_norm", stream_, one_each(channels), &inverse_deviation_kernel, channels, epsilon,
         moments, inverse);
}

void CudaBackend::batch_norm(Index rows, Index channels, Real epsilon, const Real* x,
                             const Real* moments, const Real* gamma, const Real* beta, Real* y) {
  const Index n = rows * channels;
  if (n == 0) return;
  check_elements("batch_norm", n);
  const Scratch inverse(memory_, channels);
  inverse_deviations(channels, epsilon, moments, inverse.data());
  launch("batch_norm", stream_, one_each(n), &batch_norm_kernel, n, Divider(channels), x, moments,
         inverse.data(), gamma, beta, y);
}

void CudaBackend::batch_norm_grad(Index rows, Index channels, Real epsilon, const Real* x,
                                  const Real* moments, const Real* gamma, const Real* g, Real* dx,
                                  Real* dgamma, Real* dbeta) {
  const Index n = rows * channels;
  check_elements("batch_norm", n);
  const Scratch inverse(memory_, channels), sums(memory_, 2 * channels * kDouble);
  const Scratch means(memory_, 2 * channels);
  inverse_deviations(channels, epsilon, moments, inverse.data());
  channel_sums("batch_norm", *this, rows, channels, Cotangents(x, g, moments, inverse.data()),
               sums.doubles());
  launch("batch_norm", stream_, one_each(channels), &cotangent_sums_kernel,
         static_cast<double>(rows), channels, sums.doubles(), dgamma, dbeta, means.data());
  if (n == 0) return;
  launch("batch_norm", stream_, one_each(n), &batch_norm_grad_kernel, n, Divider(channels),
         means.data(), x, moments, inverse.data(), gamma, g, dx);
}

}  // namespace engine::cuda
