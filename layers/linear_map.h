// LinearMap: a weight bound to its geometry and input size: a linear map, whatever its kind.
// Constraints act on it: W(x), its adjoint W.transpose(y), the reshaped kernel W.matrix() as
// another map, and the shapes of random start vectors.
//
//   dense            weight [out, in]           [N, in] to [N, out]
//   conv             weight [O, kH, kW, I]      [N, H, W, I] to [N, P, Q, O]
//   conv_transpose   weight [O, kH, kW, I]      [N, P, Q, O] to [N, H, W, I]
//
// The last is the adjoint of a convolution with the same options on an H x W image. That
// convolution's windows may leave the last `beyond` rows and columns uncovered: PyTorch's output
// padding. (They are too few for another window, unless the stride is smaller.) Cost: one product
// or convolution per call.
#pragma once

#include "engine/engine.h"

namespace layers {

class LinearMap {
 public:
  static LinearMap dense(const engine::Tensor& weight);
  static LinearMap conv(const engine::Tensor& weight, const engine::ConvOptions& options,
                        engine::Index height, engine::Index width, engine::Pair beyond = 0);
  // `height` and `width` are the output's.
  static LinearMap conv_transpose(const engine::Tensor& weight, const engine::ConvOptions& options,
                                  engine::Index height, engine::Index width,
                                  engine::Pair beyond = 0);

  engine::Tensor operator()(const engine::Tensor& x) const;
  engine::Tensor transpose(const engine::Tensor& y) const;
  // d <W(x), y> / d weight.
  engine::Tensor weight_grad(const engine::Tensor& x, const engine::Tensor& y) const;

  // The weight as a matrix, the first axis against the rest: Miyato's reshaped kernel. (For a
  // transposed convolution the first axis is the input channels: the norm of that matrix bounds the
  // map from both sides.)
  LinearMap matrix() const;

  engine::Shape domain() const;  // of one x, a batch of one
  engine::Shape range() const;   // of one y

  // The convolution it is made of (for conv_transpose: its adjoint; for dense: 1x1 on 1x1).
  engine::Window window() const;
  const engine::ConvOptions& options() const { return options_; }

  LinearMap with(const engine::Tensor& weight) const;  // the same geometry, another weight

  engine::Tensor weight;

 private:
  enum class Kind { dense, conv, conv_transpose };
  LinearMap(Kind kind, const engine::Tensor& weight, const engine::ConvOptions& options,
            engine::Index height, engine::Index width, engine::Pair beyond = 0)
      : weight(weight),
        kind_(kind),
        options_(options),
        height_(height),
        width_(width),
        beyond_(beyond) {}
  engine::Tensor correlate(const engine::Tensor& image) const;  // the conv, and its adjoint
  engine::Tensor spread(const engine::Tensor& features) const;
  engine::Tensor read(const engine::Tensor& image) const;
  engine::ConvOptions reading() const;
  engine::Shape image() const;     // the conv's input
  engine::Shape features() const;  // the conv's output

  Kind kind_;
  engine::ConvOptions options_;
  engine::Index height_, width_;  // of the conv's input
  engine::Pair beyond_;           // rows and columns at the end that no window covers
};

}  // namespace layers
