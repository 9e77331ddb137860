#include "layers/lipschitz/norm_gradient.h"

#include "layers/lipschitz/sized.h"

namespace layers {

using namespace engine;

namespace {

struct Derivative {
  Tensor sigma, gradient;
};

// Of a weight of ordinary size; the gradient is that of any multiple of it.
Derivative differentiate(const LinearMap& W, const Tensor& v) {
  const NoGrad constant;
  const Tensor image = W(v);
  const Tensor sigma = sqrt(sum(square(image)));
  check(sigma.item() > 0, "norm_gradient: undefined, because the map sends the vector to zero");
  return {sigma, W.weight_grad(v, image / sigma)};
}

}  // namespace

Tensor norm_gradient(const LinearMap& W, const Tensor& v) {
  return differentiate(W.with(sized("norm_gradient", W.weight).weight), v).gradient;
}

Tensor normalized_gradient(const LinearMap& W, const Tensor& v, const Tensor& g, Real k) {
  const auto [weight, size] = sized("normalized_gradient", W.weight);
  const auto [sigma, gradient] = differentiate(W.with(weight), v);
  const NoGrad constant;
  return (k / sigma) * (g - dot(g, weight) / sigma * gradient) / static_cast<Real>(size);
}

}  // namespace layers
