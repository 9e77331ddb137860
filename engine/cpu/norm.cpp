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

void CpuBackend::bias_activation_grad(Activation kind, Real slope, Index n, const Operand& from,
                                      const Real* g, const Operand& to) {
  const Real* const z = from.wide;
  Real* const dx = to.wide;
  with_function(kind, slope, [&](auto function) {
    parallel_for(n, kGrain, [=](Index begin, Index end) {
      const auto local = function;
      for (Index i = begin; i < end; ++i) dx[i] = local.derivative(z[i]) * g[i];
    });
  });
}

void CpuBackend::bias_activation_grads(Activation kind, Real slope, Index rows, Index channels,
                                       const Operand& z, const Real* g, const Operand& dx,
                                       Real* dbias) {
  with_function(kind, slope, [&](auto function) {
    const ChannelSums<1> sums(rows, channels, [=](Index row, double* sum) {
      const auto local = function;
      const Real *results = z.wide + row * channels, *cotangent = g + row * channels;
      Real* to = dx.wide + row * channels;
      for (Index c = 0; c < channels; ++c) to[c] = local.derivative(results[c]) * cotangent[c];
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

void CpuBackend::batch_norm(const BatchNormTerms& t, Real* y) {
  const Index channels = t.channels;
  const FreeListVector<Real> inverse = inverse_deviation(channels, t.epsilon, t.moments);
  with_function(t.kind, t.slope, [&](auto function) {
    for_each_row(t.rows, channels, [&](Index row) {
      const auto local = function;
      const Real *from = t.x + row * channels, *mean = t.moments, *gamma = t.gamma, *beta = t.beta;
      Real* to = y + row * channels;
      for (Index c = 0; c < channels; ++c)
        to[c] = local((from[c] - mean[c]) * (inverse[c] * gamma[c]) + beta[c]);
    });
  });
}

// With h = (x - mean) / deviation, and g that of the activation's input: dbeta = sum g,
// dgamma = sum g h, and dx = gamma / deviation * (g - dbeta / n - h dgamma / n).
void CpuBackend::batch_norm_grad(const BatchNormTerms& t, const Real* g, Real* dx, Real* dgamma,
                                 Real* dbeta) {
  const Index rows = t.rows, channels = t.channels;
  const FreeListVector<Real> inverse = inverse_deviation(channels, t.epsilon, t.moments);
  FreeListVector<Real> mean_g(static_cast<std::size_t>(channels)), mean_gh(mean_g);
  with_function(t.kind, t.slope, [&](auto function) {
    // Calls body(c, g, h) for the channels of a row.
    const auto for_each_channel = [&, function](Index row, const auto& body) {
      const auto local = function;
      const Real *x = t.x + row * channels, *cotangent = g + row * channels;
      const Real *mean = t.moments, *gamma = t.gamma, *beta = t.beta;
      for (Index c = 0; c < channels; ++c) {
        const Real centered = x[c] - mean[c];
        const Real z = local(centered * (inverse[c] * gamma[c]) + beta[c]);
        body(c, local.derivative(z) * cotangent[c], centered * inverse[c]);
      }
    };
    const ChannelSums<2> sums(rows, channels, [&](Index row, double* sum) {
      for_each_channel(row, [=](Index c, Real cotangent, Real h) {
        sum[c] += cotangent;
        sum[channels + c] += double{cotangent} * h;
      });
    });
    for (Index c = 0; c < channels; ++c) {
      dbeta[c] = static_cast<Real>(sums[c]);
      dgamma[c] = static_cast<Real>(sums[channels + c]);
      mean_g[c] = static_cast<Real>(sums[c] / static_cast<double>(rows));
      mean_gh[c] = static_cast<Real>(sums[channels + c] / static_cast<double>(rows));
    }
    for_each_row(rows, channels, [&](Index row) {
      const Real* gamma = t.gamma;
      Real* to = dx + row * channels;
      for_each_channel(row, [&, to, gamma](Index c, Real cotangent, Real h) {
        to[c] = gamma[c] * inverse[c] * (cotangent - mean_g[c] - h * mean_gh[c]);
      });
    });
  });
}

}  // namespace engine::cpu
