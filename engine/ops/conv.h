// Two-dimensional convolution (cross-correlation, as everywhere in the field) on NHWC images:
//   y[n,p,q,o] = sum over a, b, i of x[n, p s + a d - top, q s + b d - left, i] w[o,a,b,i].
// Convolution, transposed convolution and the weight gradient are the three partial derivatives of
// one trilinear form <conv(x, w), y>; each one's gradients are the other two, at every order.
// x is [N, H, W, I], w [O, kH, kW, I], y [N, P, Q, O]. Cost of each: 2 N P Q O kH kW I operations.
// Errors: shapes that do not fit, naming the op and both.
#pragma once

#include "engine/geometry.h"
#include "engine/tensor.h"
#include "engine/window.h"

namespace engine {

// The convolution y of x with w.
Tensor conv2d(const Tensor& x, const Tensor& w, const ConvOptions& options = {});

// The adjoint: <conv2d(x, w), y> = <x, conv2d_transpose(y, w)>. `height` and `width` are those of
// the result, because several image sizes have the same number of windows.
Tensor conv2d_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options, Index height,
                        Index width);
// The same with PyTorch's parameter: the result has size (P - 1) s + d (k - 1) + 1 - padding +
// output_padding.
Tensor conv2d_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options,
                        Pair output_padding = 0);

// The same two followed by activation(result + bias), in one pass (a fused op: see fused.h).
struct BiasActivation {
  const Tensor& bias;  // [channels of the result]
  Activation kind = Activation::none;
  Real slope = 0;  // of leaky_relu, not negative
};
Tensor conv2d(const Tensor& x, const Tensor& w, const ConvOptions& options,
              const BiasActivation& epilogue);
Tensor conv2d_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options,
                        Pair output_padding, const BiasActivation& epilogue);

// d <conv2d(x, w), y> / dw for a kernel of this height and width.
Tensor conv2d_weight_grad(const Tensor& x, const Tensor& y, const ConvOptions& options,
                          Pair kernel);

}  // namespace engine
