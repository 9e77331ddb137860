// BatchNorm: each channel of [..., C] to mean 0 and variance 1 over the batch, then gamma and beta.
// In evaluation mode the running mean and (unbiased) variance are used instead (running_moments.h).
// The activation that follows it in a Sequential is computed in the same pass. Cost: two passes over
// x, and two for its gradients.
// Source: Ioffe and Szegedy, "Batch Normalization" (2015).
#pragma once

#include "layers/activation.h"
#include "layers/norm/running_moments.h"

namespace layers {

class BatchNorm : public RunningMoments {
 public:
  explicit BatchNorm(engine::Index channels, const BatchNormOptions& options = {})
      : RunningMoments(channels, options),
        gamma(engine::ones({channels})),
        beta(engine::zeros({channels})) {}

  engine::Tensor operator()(const engine::Tensor& x,
                            engine::Activation kind = engine::Activation::none) {
    if (evaluating()) return activated(evaluated(x, gamma.raw(), beta.raw()), kind, 0);
    return batch_norm(x, gamma.raw(), beta.raw(), seen(x), options.epsilon, kind);
  }

  // In evaluation mode, where it is a fixed scale per channel; in training mode there is no bound.
  double lipschitz(const engine::Shape&) const {
    if (!evaluating()) return std::numeric_limits<double>::infinity();
    return max(abs(gamma.raw() * scale())).item();
  }

  template <class V>
  void visit(V& v) {
    v("weight", gamma);
    v("bias", beta);
    v("running_mean", running_mean);
    v("running_var", running_variance);
  }

  Param gamma, beta;
};

}  // namespace layers
