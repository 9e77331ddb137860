#include "layers/lipschitz/gradient_clipping.h"

#include "layers/lipschitz/top_two.h"

namespace layers {

using namespace engine;

SpectralGradientClipping::Result SpectralGradientClipping::operator()(const Tensor& gradient) {
  check(r > 1, "gradient clipping: r must be greater than 1, got ", r);
  check(iterations >= 1, "gradient clipping: at least one iteration is needed, got ", iterations);
  check(gradient.rank() >= 2, "gradient clipping: expected a matrix or a kernel, got ",
        gradient.shape());
  const NoGrad constant;
  const Tensor g = flatten(gradient);
  if (g.dim(0) == 1 || g.dim(1) == 1) {
    const Tensor scale = square_scale(g, {0, 1});
    return {gradient, scale * sqrt(sum(square(g / scale))), scalar(0)};
  }
  const auto [s0, s1, u0, v0] = top_two(g, subspace, iterations);
  const Tensor clipped = g - matmul_nt(u0 * relu(s0 - r * s1), v0);
  return {reshape(clipped, gradient.shape()), s0, s1};
}

}  // namespace layers
