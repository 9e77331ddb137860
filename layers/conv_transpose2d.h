// ConvTranspose2d: the adjoint of a convolution, which enlarges images (a "deconvolution"). Options
// mean what they mean in PyTorch: an image of P becomes (P - 1) stride + dilation (kernel - 1) + 1
// - 2 padding + output_padding. The weight is [in, kH, kW, out]: that of the convolution it is the
// adjoint of. Cost: 2 kH kW out operations for each number of its input; twice that again for its
// gradients. Errors: an input that does not fit, naming both shapes.
#pragma once

#include "layers/module.h"

namespace layers {

struct ConvTranspose2dOptions {
  engine::Pair kernel = 4;
  engine::Pair stride = 2;
  engine::Padding padding = 1;
  engine::Pair dilation = 1;
  engine::Pair output_padding = 0;
  bool bias = true;
  engine::Activation activation = engine::Activation::none;
  engine::Real slope = 0;  // of leaky_relu

  engine::ConvOptions geometry() const { return {stride, padding, dilation}; }
};

class ConvTranspose2d {
 public:
  template <class... Constraints>
  requires(std::constructible_from<Constraint, Constraints>&&...)
      ConvTranspose2d(engine::Index in, engine::Index out, const ConvTranspose2dOptions& options,
                      Constraints... constraints)
      : ConvTranspose2d(in, out, options, std::vector<Constraint>{constraints...}) {}
  ConvTranspose2d(engine::Index in, engine::Index out, const ConvTranspose2dOptions& options,
                  std::vector<Constraint> chain);

  engine::Tensor operator()(const engine::Tensor& x);
  LinearMap map(const engine::Shape& input) const;
  double lipschitz(const engine::Shape& input);

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
  }

  Param weight;  // [in, kH, kW, out]
  Param bias;    // [out]
  ConvTranspose2dOptions options;
};

}  // namespace layers
