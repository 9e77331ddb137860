#include "layers/activation.h"

namespace layers {

using namespace engine;

Tensor MaxMin::operator()(const Tensor& x) const {
  const Index channels = x.dim(-1);
  check(channels % 2 == 0, "max_min: expected an even number of channels, got ", x.shape());
  const Tensor pairs = reshape(x, Shape{x.size() / 2, 2});
  const Tensor first = slice(pairs, 1, 0, 1), second = slice(pairs, 1, 1, 2);
  return reshape(concat({maximum(first, second), minimum(first, second)}, 1), x.shape());
}

Tensor activated(const Tensor& y, Activation activation, Real slope) {
  if (activation == Activation::none) return y;
  return bias_activation(y, zeros({y.dim(-1)}), activation, slope);
}

double lipschitz(Activation activation, Real slope) {
  return activation == Activation::leaky_relu ? std::max(1.0, std::abs(double{slope})) : 1.0;
}

}  // namespace layers
