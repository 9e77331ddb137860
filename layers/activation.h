// Activations as modules, and as the epilogue of a convolution.
// All have a Lipschitz constant of 1 (LeakyRelu for slopes up to 1), except Sigmoid with 1/4.
#pragma once

#include <algorithm>
#include <cmath>

#include "engine/engine.h"
#include "layers/param.h"

namespace layers {

// max(0, x). Modules before it may compute it in their own pass: kActivation names it to them.
struct Relu {
  static constexpr auto kActivation = engine::Activation::relu;
  engine::Tensor operator()(const engine::Tensor& x) const { return relu(x); }
  static double lipschitz(const engine::Shape&) { return 1; }
};

// x, or slope x for negative x.
struct LeakyRelu {
  engine::Real slope = 0.2F;
  engine::Tensor operator()(const engine::Tensor& x) const { return leaky_relu(x, slope); }
  double lipschitz(const engine::Shape&) const { return std::max(1.0, std::abs(double{slope})); }
};

// tanh(x), in (-1, 1).
struct Tanh {
  static constexpr auto kActivation = engine::Activation::tanh;
  engine::Tensor operator()(const engine::Tensor& x) const { return tanh(x); }
  static double lipschitz(const engine::Shape&) { return 1; }
};

// 1 / (1 + exp(-x)), in (0, 1).
struct Sigmoid {
  engine::Tensor operator()(const engine::Tensor& x) const { return sigmoid(x); }
  static double lipschitz(const engine::Shape&) { return 0.25; }
};

// log(1 + exp(x)), a smooth Relu.
struct Softplus {
  engine::Tensor operator()(const engine::Tensor& x) const { return softplus(x); }
  static double lipschitz(const engine::Shape&) { return 1; }
};

// The larger, then the smaller, of each pair of neighboring channels: it keeps the norm of the
// gradient, which Lipschitz networks need to be tight. Source: Anil, Lucas and Grosse, "Sorting Out
// Lipschitz Function Approximation" (2019), GroupSort of 2. Errors: an odd number of channels.
struct MaxMin {
  engine::Tensor operator()(const engine::Tensor& x) const;
  static double lipschitz(const engine::Shape&) { return 1; }
};

// [N, ...] to [N, the rest].
struct Flatten {
  engine::Tensor operator()(const engine::Tensor& x) const { return flatten(x); }
  static double lipschitz(const engine::Shape&) { return 1; }
};
// [N, H W C] to [N, H, W, C].
struct Unflatten {
  engine::Index height, width, channels;
  engine::Tensor operator()(const engine::Tensor& x) const {
    return reshape(x, {-1, height, width, channels});
  }
  static double lipschitz(const engine::Shape&) { return 1; }
};

// The activation that an option of a layer names.
engine::Tensor activated(const engine::Tensor& y, engine::Activation activation,
                         engine::Real slope);

// The Lipschitz constant of an activation.
double lipschitz(engine::Activation activation, engine::Real slope);

}  // namespace layers
