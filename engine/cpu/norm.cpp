// Fused kernels on rows of channels: bias with activation, and batch norm forward and backward.
#include <cmath>

#include "engine/cpu/accumulate.h"
#include "engine/cpu/activate.h"
#include "engine/cpu/backend.h"

namespace engine::cpu {
namespace {

Index rows_of_grain(Index channels) {
  return std::max<Index>(1, kGrain / std::max<Index>(1, channels));
}

// Calls body(row) for all rows, in parallel pieces worth a thread.
template <class Body>
void for_each_row(Index rows, Index channels, const Body& body) {
  parallel_for(rows, rows_of_grain(channels), [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) body(row);
  });
}

// Calls body with the derivative of the activation as a function of its result. Loops copy it into
// a local variable: the compiler then knows that stores leave it alone, and uses vectors.
template <class Body>
void with_derivative(Activation kind, Real slope, const Body& body) {
  switch (kind) {
    case Activation::none:
      return body([](Real) { return Real(1); });
    case Activation::relu:
      return body([](Real z) { return Real(z > 0); });
    case Activation::leaky_relu:
      return body([slope](Real z) { return z > 0 ? Real(1) : slope; });
    case Activation::tanh:
      return body([](Real z) { return 1 - z * z; });
  }
}

FreeListVector<Real> inverse_deviation(Index channels, Real epsilon, const Real* moments) {
  FreeListVector<Real> inverse(static_cast<std::size_t>(channels));
  for (Index c = 0; c < channels; ++c)
    inverse[c] = static_cast<Real>(1 / std::sqrt(double{moments[channels + c]} + epsilon));
  return inverse;
}

}  // namespace

void CpuBackend::bias_activation(Activation kind, Real slope, Index rows, Index channels,
                                 const Real* x, const Real* bias, Real* z) {
  const Epilogue epilogue{.kind = kind, .slope = slope, .bias = bias};
  parallel_for(rows, rows_of_grain(channels), [&](Index begin, Index stop) {
    activate(epilogue, stop - begin, channels, x + begin * channels, channels, bias,
             z + begin * channels, channels);
  });
}

void CpuBackend::bias_activation_grad(Activation kind, Real slope, Index n, const Real* z,
                                      const Real* g, Real* dx) {
  with_derivative(kind, slope, [&](auto derivative) {
    parallel_for(n, kGrain, [=](Index begin, Index end) {
      const auto local = derivative;
      for (Index i = begin; i < end; ++i) dx[i] = local(z[i]) * g[i];
    });
  });
}

void CpuBackend::bias_activation_grads(Activation kind, Real slope, Index rows, Index channels,
                                       const Real* z, const Real* g, Real* dx, Real* dbias) {
  with_derivative(kind, slope, [&](auto derivative) {
    const ChannelSums<1> sums(rows, channels, [=](Index row, double* sum) {
      const auto local = derivative;
      const Real *results = z + row * channels, *cotangent = g + row * channels;
      Real* to = dx + row * channels;
      for (Index c = 0; c < channels; ++c) to[c] = local(results[c]) * cotangent[c];
      for (Index c = 0; c < channels; ++c) sum[c] += to[c];
    });
    for (Index c = 0; c < channels; ++c) dbias[c] = static_cast<Real>(sums[c]);
  });
}

void CpuBackend::moments(Index rows, Index channels, const Real* x, Real* moments) {
  // Relative to the first row, so that a large mean does not cancel a small variance.
  const ChannelSums<2> sums(rows, channels, [&](Index row, double* sum) {
    const Real* values = x + row * channels;
    for (Index c = 0; c < channels; ++c) {
      const double d = double{values[c]} - x[c];
      sum[c] += d;
      sum[channels + c] += d * d;
    }
  });
  for (Index c = 0; c < channels; ++c) {
    const double mean = sums[c] / static_cast<double>(rows);
    const double square = sums[channels + c] / static_cast<double>(rows);
    moments[c] = static_cast<Real>(x[c] + mean);
    moments[channels + c] = static_cast<Real>(std::max(0.0, square - mean * mean));
  }
}

void CpuBackend::batch_norm(Index rows, Index channels, Real epsilon, const Real* x,
                            const Real* moments, const Real* gamma, const Real* beta, Real* y) {
  const FreeListVector<Real> inverse = inverse_deviation(channels, epsilon, moments);
  for_each_row(rows, channels, [&](Index row) {
    const Real* from = x + row * channels;
    Real* to = y + row * channels;
    for (Index c = 0; c < channels; ++c)
      to[c] = (from[c] - moments[c]) * (inverse[c] * gamma[c]) + beta[c];
  });
}

// With h = (x - mean) / deviation: dbeta = sum g, dgamma = sum g h, and
// dx = gamma / deviation * (g - dbeta / n - h dgamma / n).
void CpuBackend::batch_norm_grad(Index rows, Index channels, Real epsilon, const Real* x,
                                 const Real* moments, const Real* gamma, const Real* g, Real* dx,
                                 Real* dgamma, Real* dbeta) {
  const FreeListVector<Real> inverse = inverse_deviation(channels, epsilon, moments);
  const ChannelSums<2> sums(rows, channels, [&](Index row, double* sum) {
    const Real *values = x + row * channels, *cotangent = g + row * channels;
    for (Index c = 0; c < channels; ++c) {
      sum[c] += cotangent[c];
      sum[channels + c] += double{cotangent[c]} * ((values[c] - moments[c]) * inverse[c]);
    }
  });
  FreeListVector<Real> mean_g(static_cast<std::size_t>(channels)), mean_gh(mean_g);
  for (Index c = 0; c < channels; ++c) {
    dbeta[c] = static_cast<Real>(sums[c]);
    dgamma[c] = static_cast<Real>(sums[channels + c]);
    mean_g[c] = static_cast<Real>(sums[c] / static_cast<double>(rows));
    mean_gh[c] = static_cast<Real>(sums[channels + c] / static_cast<double>(rows));
  }
  for_each_row(rows, channels, [&](Index row) {
    const Real *values = x + row * channels, *cotangent = g + row * channels;
    Real* to = dx + row * channels;
    for (Index c = 0; c < channels; ++c) {
      const Real h = (values[c] - moments[c]) * inverse[c];
      to[c] = gamma[c] * inverse[c] * (cotangent[c] - mean_g[c] - h * mean_gh[c]);
    }
  });
}

}  // namespace engine::cpu
