// Fused kernels on rows of channels: bias with activation, and batch norm forward and backward.
#include <cmath>
#include <type_traits>

#include "engine/cuda/activation.h"
#include "engine/cuda/backend.h"
#include "engine/cuda/columns.h"
#include "engine/cuda/divider.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/narrow.h"
#include "engine/cuda/pack.h"

namespace engine::cuda {
namespace {

// Calls body with the activation as a type, whose `value` kernels take as a template argument.
template <class Body>
void with_kind(Activation kind, const Body& body) {
  switch (kind) {
    case Activation::none:
      return body(std::integral_constant<Activation, Activation::none>());
    case Activation::relu:
      return body(std::integral_constant<Activation, Activation::relu>());
    case Activation::leaky_relu:
      return body(std::integral_constant<Activation, Activation::leaky_relu>());
    case Activation::tanh:
      return body(std::integral_constant<Activation, Activation::tanh>());
  }
}

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
__global__ void bias_grad_kernel(Real slope, Index n, Operand z, const Real* g, Operand dx) {
  const Index i = thread_number();
  if (i < n) set_element(dx, i, slope_at<kind>(element(z, i), slope) * g[i]);
}

// The same, and the bias's gradient: the sums of dx.
template <Activation kind>
struct BiasGradient : Sum {
  static constexpr int kSums = 1;
  Real slope;
  Operand z;
  const Real* g;
  Operand dx;
  BiasGradient(Real slope, const Operand& z, const Real* g, const Operand& dx)
      : slope(slope), z(z), g(g), dx(dx) {}
  __device__ auto at(Index) const {
    return [slope = slope, z = z, g = g, dx = dx](Index i, double(&sums)[1]) {
      const Real gradient = slope_at<kind>(element(z, i), slope) * g[i];
      set_element(dx, i, gradient);
      sums[0] += static_cast<double>(gradient);
    };
  }
};

__device__ inline Real inverse_deviation(Real variance, Real epsilon) {
  return static_cast<Real>(1 /
                           std::sqrt(static_cast<double>(variance) + static_cast<double>(epsilon)));
}

// The sums of x - x[0] and of its square: relative to the first row, so that a large mean does not
// cancel a small variance.
struct Deviations : Sum {
  static constexpr int kSums = 2;
  const Real* x;
  explicit Deviations(const Real* x) : x(x) {}
  __device__ auto at(Index channel) const {
    return [x = x, first = static_cast<double>(x[channel])](Index i, double(&sums)[2]) {
      const double d = static_cast<double>(x[i]) - first;
      sums[0] += d;
      sums[1] += d * d;
    };
  }
};

struct Moments {
  double rows;
  Index channels;
  const Real* x;
  Real* moments;
  __device__ void operator()(Index c, const double (&sums)[2]) const {
    const double mean = sums[0] / rows, variance = sums[1] / rows - mean * mean;
    moments[c] = static_cast<Real>(x[c] + mean);
    moments[channels + c] = static_cast<Real>(variance < 0 ? 0 : variance);
  }
};

// What batch norm does to x in one column: h = (x - mean) / deviation, activation(gamma h + beta).
template <Activation kind>
struct Normalization {
  Real mean, inverse, factor, beta, slope;
  __device__ Normalization(const BatchNormTerms& t, Index c)
      : mean(t.moments[c]),
        inverse(inverse_deviation(t.moments[t.channels + c], t.epsilon)),
        factor(inverse * t.gamma[c]),
        beta(t.beta[c]),
        slope(t.slope) {}
  __device__ Real result(Real x) const { return activate(kind, (x - mean) * factor + beta, slope); }
  __device__ Real h(Real x) const { return (x - mean) * inverse; }
  // From the result's cotangent, that of the activation's input: x is read anyway, the result not.
  __device__ Real passed(Real x, Real g) const {
    return kind == Activation::none ? g : slope_at<kind>(result(x), slope) * g;
  }
};

template <Activation kind>
struct Normalized {
  BatchNormTerms terms;
  Real* y;
  __device__ auto at(Index c) const {
    return [x = terms.x, y = y, norm = Normalization<kind>(terms, c)](Index i) {
      y[i] = norm.result(x[i]);
    };
  }
};

// The sums of the cotangents g and of g h.
template <Activation kind>
struct Cotangents : Sum {
  static constexpr int kSums = 2;
  BatchNormTerms terms;
  const Real* g;
  Cotangents(const BatchNormTerms& terms, const Real* g) : terms(terms), g(g) {}
  __device__ auto at(Index c) const {
    return [x = terms.x, g = g, norm = Normalization<kind>(terms, c)](Index i, double(&sums)[2]) {
      const double cotangent = static_cast<double>(norm.passed(x[i], g[i]));
      sums[0] += cotangent;
      sums[1] += cotangent * static_cast<double>(norm.h(x[i]));
    };
  }
};

// dbeta and dgamma, and their means over the rows as [2, channels].
struct CotangentSums {
  double rows;
  Index channels;
  Real *dgamma, *dbeta, *means;
  __device__ void operator()(Index c, const double (&sums)[2]) const {
    dbeta[c] = static_cast<Real>(sums[0]);
    dgamma[c] = static_cast<Real>(sums[1]);
    means[c] = static_cast<Real>(sums[0] / rows);
    means[channels + c] = static_cast<Real>(sums[1] / rows);
  }
};

// dx = gamma / deviation * (g - dbeta / n - h dgamma / n)
template <Activation kind>
struct InputGradient {
  BatchNormTerms terms;
  const Real *means, *g;
  Real* dx;
  __device__ auto at(Index c) const {
    return [x = terms.x, g = g, dx = dx, norm = Normalization<kind>(terms, c), mean_g = means[c],
            mean_gh = means[terms.channels + c]](Index i) {
      dx[i] = norm.factor * (norm.passed(x[i], g[i]) - mean_g - norm.h(x[i]) * mean_gh);
    };
  }
};

}  // namespace

void CudaBackend::bias_activation(Activation kind, Real slope, Index rows, Index channels,
                                  const Real* x, const Real* bias, Real* z) {
  const Index n = rows * channels;
  if (n == 0) return;
  check_elements("bias_activation", n);
  with_kind(kind, [&](auto known) {
    launch("bias_activation", stream_, one_each(n), &bias_kernel<known.value>, slope, n,
           Divider(channels), x, bias, z);
  });
}

void CudaBackend::bias_activation_grad(Activation kind, Real slope, Index n, const Operand& z,
                                       const Real* g, const Operand& dx) {
  with_kind(kind, [&](auto known) {
    launch("bias_activation", stream_, one_each(n), &bias_grad_kernel<known.value>, slope, n, z, g,
           dx);
  });
}

void CudaBackend::bias_activation_grads(Activation kind, Real slope, Index rows, Index channels,
                                        const Operand& z, const Real* g, const Operand& dx,
                                        Real* dbias) {
  with_kind(kind, [&](auto known) {
    sum_columns("bias_activation", *this, Columns(1, rows, channels),
                BiasGradient<known.value>(slope, z, g, dx), ToArray{dbias});
  });
}

void CudaBackend::moments(Index rows, Index channels, const Real* x, Real* moments) {
  sum_columns("moments", *this, Columns(1, rows, channels), Deviations(x),
              Moments{static_cast<double>(rows), channels, x, moments});
}

void CudaBackend::batch_norm(const BatchNormTerms& t, Real* y) {
  check_elements("batch_norm", t.rows * t.channels);
  with_kind(t.kind, [&](auto known) {
    map_columns("batch_norm", *this, Columns(1, t.rows, t.channels), Normalized<known.value>{t, y});
  });
}

void CudaBackend::batch_norm_grad(const BatchNormTerms& t, const Real* g, Real* dx, Real* dgamma,
                                  Real* dbeta) {
  check_elements("batch_norm", t.rows * t.channels);
  const Columns columns(1, t.rows, t.channels);
  const Scratch means(memory_, 2 * t.channels);
  const CotangentSums sums{static_cast<double>(t.rows), t.channels, dgamma, dbeta, means.data()};
  with_kind(t.kind, [&](auto known) {
    sum_columns("batch_norm", *this, columns, Cotangents<known.value>(t, g), sums);
    map_columns("batch_norm", *this, columns, InputGradient<known.value>{t, means.data(), g, dx});
  });
}

}  // namespace engine::cuda
