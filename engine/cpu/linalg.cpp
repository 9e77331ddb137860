// Singular values of tensors, on the host and in double.
#include "engine/linalg.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/check.h"

namespace engine {
namespace {

std::vector<double> to_host(const char* function, const Tensor& matrix) {
  check(matrix.rank() == 2, function, ": expected a matrix [rows, columns], got ", matrix.shape());
  const std::vector<Real> values = matrix.values();
  for (const Real value : values)
    check(std::isfinite(value), function, ": the matrix ", matrix.shape(), " holds ", value);
  return {values.begin(), values.end()};
}

Svd decompose(const char* function, const Tensor& matrix, bool vectors) {
  std::vector<double> values = to_host(function, matrix);  // checks that it is a matrix
  return svd(matrix.dim(0), matrix.dim(1), std::move(values), vectors);
}

}  // namespace

std::vector<double> singular_values(const Tensor& matrix) {
  return decompose("singular_values", matrix, false).s;
}

Svd svd(const Tensor& matrix) { return decompose("svd", matrix, true); }

double spectral_norm(const Tensor& matrix) {
  std::vector<double> a = to_host("spectral_norm", matrix);
  // Scaled first, so that squares neither overflow nor underflow.
  double scale = 0;
  for (const double x : a) scale = std::max(scale, std::abs(x));
  if (scale == 0) return 0;
  for (double& x : a) x /= scale;
  const Index m = matrix.dim(0), n = matrix.dim(1), r = std::min(m, n);
  std::vector<double> gram(r * r);
  if (m <= n)
    multiply_transposed(m, m, n, a.data(), a.data(), gram.data());
  else
    add_gram(m, n, a.data(), gram.data());
  return scale * std::sqrt(std::max(0.0, symmetric_eigen(r, std::move(gram), false).values.back()));
}

}  // namespace engine
