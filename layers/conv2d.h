// Conv2d: a convolution of NHWC images with a weight [O, kH, kW, I], a bias, and an activation that
// is fused with it. Weight and bias start uniform within +-1 / sqrt(kH kW I), as PyTorch's.
//   Conv2d(3, 64, {.kernel = 4, .stride = 2, .padding = 1}, SpectralNorm{})
// Cost: 2 kH kW I operations for each number of the result; twice that again for its gradients.
// Errors: an input that does not fit, naming both shapes.
#pragma once

#include "layers/module.h"

namespace layers {

struct Conv2dOptions {
  engine::Pair kernel = 3;
  engine::Pair stride = 1;
  engine::Padding padding = 0;
  engine::Pair dilation = 1;
  bool bias = true;
  engine::Activation activation = engine::Activation::none;
  engine::Real slope = 0;  // of leaky_relu

  engine::ConvOptions geometry() const { return {stride, padding, dilation}; }
};

class Conv2d {
 public:
  template <class... Constraints>
  requires(std::constructible_from<Constraint, Constraints>&&...)
      Conv2d(engine::Index in, engine::Index out, const Conv2dOptions& options,
             Constraints... constraints)
      : Conv2d(in, out, options, std::vector<Constraint>{constraints...}) {}
  Conv2d(engine::Index in, engine::Index out, const Conv2dOptions& options,
         std::vector<Constraint> chain);

  engine::Tensor operator()(const engine::Tensor& x);
  LinearMap map(const engine::Shape& input) const;
  double lipschitz(const engine::Shape& input);

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
  }

  Param weight;  // [out, kH, kW, in]
  Param bias;    // [out]
  Conv2dOptions options;
};

}  // namespace layers
