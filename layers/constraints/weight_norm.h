// WeightNorm: each row of the reshaped kernel [O, kH kW I] to Euclidean norm k or, with `gain`, to
// a learned norm that starts at the row's. A row produces one output channel (in a transposed
// convolution it belongs to one input channel): it bounds the layer's norm only up to a factor of
// sqrt(O). Source: Salimans and Kingma, "Weight Normalization" (2016), eq. 2. Cost: one pass over
// the weight.
#pragma once

#include <optional>

#include "layers/constraints/target.h"
#include "layers/module.h"

namespace layers {

struct WeightNorm {
  bool gain = false;
  Target target = {};  // of each row; without gain
  Param length = {};   // [O, 1], with gain

  static constexpr Bounds bounds = Bounds::neither;

  template <class V>
  void options(V& v) {
    v("gain", gain);
    v(target);
  }

  std::optional<double> aim() const {
    return gain ? std::nullopt : std::optional<double>(target.k);
  }

  engine::Tensor operator()(const LinearMap& W) const {
    const engine::Tensor rows = flatten(W.weight);
    const engine::Tensor norms = row_norms(rows);
    return reshape(gain ? rows / norms * length.raw() : target.scale(rows, norms),
                   W.weight.shape());
  }

  void attach(const engine::Tensor& raw) {
    if (!gain) return;
    const engine::NoGrad constant;
    const engine::Tensor norms = row_norms(flatten(raw));
    if (length.defined() && length.raw().shape() == norms.shape()) {
      length.assign(norms);
    } else {
      length = Param(norms);
    }
  }

  template <class V>
  void visit(V& v) {
    v("length", length);
  }

  static engine::Tensor row_norms(const engine::Tensor& rows) {
    constexpr engine::Real kSmallest = 1e-24F;  // a zero row stays zero, with a gradient
    const engine::Tensor scale = square_scale(rows, {1}, true);
    const engine::Tensor squares = sum(square(rows / scale), {1}, true);
    return scale * sqrt(maximum(squares, engine::scalar(kSmallest)));
  }
};

}  // namespace layers
