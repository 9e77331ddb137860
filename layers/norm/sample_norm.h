// SampleNorm: shared by the norms that act on each sample separately. Each normalizes groups of
// elements to mean 0 and variance 1, then scales and shifts each channel (the last axis): x of
// shape [..., C], gamma and beta [C]. Cost: about eight passes over x, in plain ops.
#pragma once

#include "layers/module.h"

namespace layers {

class SampleNorm {
 public:
  template <class V>
  void visit(V& v) {
    v("weight", gamma);
    v("bias", beta);
  }

  Param gamma, beta;
  engine::Real epsilon;

 protected:
  SampleNorm(engine::Index channels, engine::Real epsilon)
      : gamma(engine::ones({channels})), beta(engine::zeros({channels})), epsilon(epsilon) {}

  // Normalizes x, viewed with shape `grouped`, over these axes.
  engine::Tensor normalize(const engine::Tensor& x, const engine::Shape& grouped,
                           const engine::Axes& axes) const {
    const engine::Tensor groups = reshape(x, grouped), centered = groups - mean(groups, axes, true);
    const engine::Tensor y = centered * rsqrt(mean(square(centered), axes, true) + epsilon);
    return reshape(y, x.shape()) * gamma.raw() + beta.raw();
  }
};

}  // namespace layers
