#include "layers/lipschitz/norm_gradient.h"

namespace layers {

using namespace engine;

namespace {

struct Derivative {
  Tensor sigma, gradient;
};

Derivative differentiate(const LinearMap& W, const Tensor& v) {
  const NoGrad constant;
  const Tensor image = W(v);
  const Tensor sigma = sqrt(sum(square(image)));
  check(sigma.item() > 0, "norm_gradient: a map that sends its vector to zero has no gradient");
  return {sigma, W.weight_grad(v, image / sigma)};
}

}  // namespace

Tensor norm_gradient(const LinearMap& W, const Tensor& v) { return differentiate(W, v).gradient; }

Tensor normalized_gradient(const LinearMap& W, const Tensor& v, const Tensor& g, Real k) {
  const auto [sigma, gradient] = differentiate(W, v);
  const NoGrad constant;
  return (k / sigma) * (g - dot(g, W.weight) / sigma * gradient);
}

}  // namespace layers
