// Gram iteration for zero padding. A self-correlation is a product at each frequency of a torus
// that the result fits on, so the iteration runs there and transforms back to pixels once, at its
// end.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "layers/lipschitz/fourier.h"
#include "layers/lipschitz/gram.h"
#include "layers/lipschitz/sized.h"

namespace layers {

using namespace engine;

namespace {

Index final_taps(Index taps, int iterations) {
  // A kernel that is not a Gram matrix may have a norm above its largest row sum.
  check(iterations >= 1 && iterations <= 20, "gram_zero_padding: ", iterations,
        " iterations requested, expected 1 to 20");
  return (taps - 1) * (Index{1} << iterations) + 1;
}

// exp(-2 pi i f y / n) / n for each y and the first `frequencies` f; with `halved`, frequencies
// that stand for their conjugate too count twice, and the real part of the sum is the inverse.
std::vector<Complex> inverse_waves(Index n, Index frequencies, bool halved) {
  std::vector<Complex> table(n * frequencies);
  for (Index y = 0; y < n; ++y)
    for (Index f = 0; f < frequencies; ++f) {
      const double weight = halved && f != 0 && 2 * f != n ? 2 : 1;
      table[y * frequencies + f] =
          std::polar(weight / n, -2 * std::numbers::pi * ((f * y) % n) / n);
    }
  return table;
}

// From symbols g (fourier.h) back to a kernel: the largest row sum over columns, y and x of
// |kernel[row, y, x, column]|.
double largest_row_sum(const ComplexMatrices& g, Index height, Index width) {
  const Index half = width / 2 + 1, c = g.columns, row_size = half * c;
  const std::vector<Complex> along_height = inverse_waves(height, height, false);
  const std::vector<Complex> along_width = inverse_waves(width, half, true);
  std::vector<Complex> row(height * row_size), lines(height * row_size), pixels(width * c);
  double most = 0;
  for (Index r = 0; r < g.rows; ++r) {
    for (Index f = 0; f < g.count; ++f) std::copy_n(g.matrix(f) + r * c, c, row.data() + f * c);
    multiply(height, row_size, height, along_height.data(), row.data(), lines.data());
    double sum = 0;
    for (Index y = 0; y < height; ++y) {
      multiply(width, c, half, along_width.data(), lines.data() + y * row_size, pixels.data());
      for (const Complex& value : pixels) sum += std::abs(value.real());
    }
    most = std::max(most, sum);
  }
  return most;
}

}  // namespace

double gram_zero_padding_cost(const Tensor& kernel, int iterations) {
  const double height = final_taps(kernel.dim(1), iterations);
  const double width = final_taps(kernel.dim(2), iterations);
  const double channels = std::max(kernel.dim(0), kernel.dim(3));
  return 2 * height * width * channels * channels *
         (iterations * channels / 2 + height + width / 2);
}

double gram_zero_padding(const Tensor& kernel, int iterations) {
  const auto [weight, size] = sized("gram_zero_padding", kernel);
  // The Gram matrices of the larger side, as its authors do.
  const bool exchange = weight.dim(3) > weight.dim(0);
  const Tensor k = exchange ? permute(weight, {3, 1, 2, 0}) : weight;
  const Index height = final_taps(k.dim(1), iterations), width = final_taps(k.dim(2), iterations);
  ComplexMatrices g = symbols(k, height, width, 0, height);
  double log = 0;  // what was divided out
  for (int t = 0; t < iterations; ++t) {
    double most = 0;
    for (const Complex& value : g.values) most = std::max(most, std::abs(value));
    if (most == 0) return 0;
    for (Complex& value : g.values) value /= most;
    log = 2 * (log + std::log(most));
    times_adjoint(g);
  }
  return size *
         std::exp(std::ldexp(log + std::log(largest_row_sum(g, height, width)), -iterations));
}

}  // namespace layers
