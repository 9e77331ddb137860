// ConvTranspose2d: the adjoint of a convolution, which enlarges images (a "deconvolution"). Options
// mean the same as in PyTorch: an image of size P becomes
//   (P - 1) stride + dilation (kernel - 1) + 1 - 2 padding + output_padding.
// The weight is [in, kH, kW, out], that of the adjoint convolution. Bias, activation
// and constraints are as in convolution.h. Cost: 2 kH kW out operations per input element; twice
// that again for its gradients. Errors: an input that does not fit, naming both shapes.
#pragma once

#include "layers/convolution.h"

namespace layers {

// The geometry, the bias and the activation.
struct ConvTranspose2dOptions {
  engine::Pair kernel = 4;
  engine::Pair stride = 2;
  engine::Padding padding = 1;
  engine::Pair dilation = 1;
  engine::Pair output_padding = 0;
  bool bias = true;
  engine::Activation activation = engine::Activation::none;
  engine::Real slope = 0;  // of leaky_relu

  static constexpr const char* kName = "conv_transpose2d";
  engine::ConvOptions geometry() const { return {stride, padding, dilation}; }
  engine::Shape weight_shape(engine::Index in, engine::Index out) const {
    return {in, kernel.h, kernel.w, out};
  }
  LinearMap map(const engine::Tensor& weight, const engine::Shape& input) const {
    const engine::Shape image = transposed_image(input, weight.shape(), geometry(), output_padding);
    return LinearMap::conv_transpose(weight, geometry(), image[1], image[2], output_padding);
  }
  template <class... Epilogue>
  engine::Tensor convolve(const engine::Tensor& x, const engine::Tensor& w,
                          const Epilogue&... epilogue) const {
    return conv2d_transpose(x, w, geometry(), output_padding, epilogue...);
  }
};

class ConvTranspose2d : public Convolution<ConvTranspose2dOptions> {
  using Convolution::Convolution;
};

}  // namespace layers
