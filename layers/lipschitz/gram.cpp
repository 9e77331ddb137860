#include "layers/lipschitz/gram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "layers/lipschitz/fourier.h"
#include "layers/lipschitz/kernel.h"
#include "layers/lipschitz/sized.h"

namespace layers {

using namespace engine;

namespace {

constexpr double kLogZero = -std::numeric_limits<double>::infinity();

double frobenius(const Complex* values, Index count) {
  double sum = 0;
  for (Index i = 0; i < count; ++i) sum += std::norm(values[i]);
  return std::sqrt(sum);
}

// Divides by a positive number and returns its logarithm; zeros stay.
double divide(Complex* values, Index count, double by) {
  if (by == 0) return kLogZero;
  for (Index i = 0; i < count; ++i) values[i] /= by;
  return std::log(by);
}

// The kernel with its channels exchanged: symbols are transposed, norms are unchanged.
Tensor exchanged(const Tensor& kernel) { return permute(kernel, {3, 1, 2, 0}); }

}  // namespace

double gram_circular(const Tensor& kernel, Index height, Index width, int iterations) {
  const auto [weight, size] = sized("gram_circular", kernel);
  const Tensor narrow = weight.dim(0) <= weight.dim(3) ? weight : exchanged(weight);
  double most = kLogZero;
  for_each_symbols(narrow, height, width, [&most, iterations](ComplexMatrices& g) {
    std::vector<double> logs(g.count, 0);  // the scale divided out: G_t is exp(log) times g
    for (int t = 0; t < iterations; ++t) {
      const Index elements = g.rows * g.columns;
      for (Index f = 0; f < g.count; ++f)
        logs[f] = 2 * (logs[f] + divide(g.matrix(f), elements, frobenius(g.matrix(f), elements)));
      times_adjoint(g);
    }
    for (Index f = 0; f < g.count; ++f)
      most = std::max(most, logs[f] + std::log(frobenius(g.matrix(f), g.rows * g.columns)));
  });
  return size * std::exp(std::ldexp(most, -iterations));
}

double gram_bound(const LinearMap& W, int iterations) {
  const Window w = W.window();
  const Tensor k = polyphase(W);
  return gram_circular(k, w.out_height + k.dim(1) - 1, w.out_width + k.dim(2) - 1, iterations);
}

}  // namespace layers
