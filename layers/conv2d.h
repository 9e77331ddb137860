// Conv2d: a convolution of NHWC images with a weight [O, kH, kW, I], a bias, and a fused activation
// (convolution.h). Further arguments are constraints on the weight, in order.
//   Conv2d(3, 64, {.kernel = 4, .stride = 2, .padding = 1}, SpectralNorm{})
// Cost: 2 kH kW I operations per output element; twice that again for its gradients. Errors: an
// input that does not fit, naming both shapes.
#pragma once

#include "layers/convolution.h"

namespace layers {

// The geometry, the bias and the activation, named as in PyTorch.
struct Conv2dOptions {
  engine::Pair kernel = 3;
  engine::Pair stride = 1;
  engine::Padding padding = 0;
  engine::Pair dilation = 1;
  bool bias = true;
  engine::Activation activation = engine::Activation::none;
  engine::Real slope = 0;  // of leaky_relu

  static constexpr const char* kName = "conv2d";
  engine::ConvOptions geometry() const { return {stride, padding, dilation}; }
  engine::Shape weight_shape(engine::Index in, engine::Index out) const {
    return {out, kernel.h, kernel.w, in};
  }
  LinearMap map(const engine::Tensor& weight, const engine::Shape& input) const {
    engine::check(input.rank() == 4, "conv2d: input ", input,
                  " is not [N, H, W, C]; the weight is ", weight.shape());
    return LinearMap::conv(weight, geometry(), input[1], input[2]);
  }
  template <class... Epilogue>
  engine::Tensor convolve(const engine::Tensor& x, const engine::Tensor& w,
                          const Epilogue&... epilogue) const {
    return conv2d(x, w, geometry(), epilogue...);
  }
};

class Conv2d : public Convolution<Conv2dOptions> {
  using Convolution::Convolution;
};

}  // namespace layers
