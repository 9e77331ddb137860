// BatchNorm: each channel of [..., C] to mean 0 and variance 1 over the batch, then gamma and beta.
// In evaluation mode the running mean and (unbiased) variance are used instead; `momentum` is the
// weight of the newest batch, as in PyTorch. Cost: two passes over x, and two for its gradients.
// Source: Ioffe and Szegedy, "Batch Normalization" (2015).
#pragma once

#include "layers/mode.h"
#include "layers/module.h"

namespace layers {

struct BatchNormOptions {
  engine::Real epsilon = 1e-5F;
  engine::Real momentum = 0.1F;
};

class BatchNorm {
 public:
  explicit BatchNorm(engine::Index channels, const BatchNormOptions& options = {})
      : gamma(engine::ones({channels})),
        beta(engine::zeros({channels})),
        running_mean(engine::zeros({channels})),
        running_variance(engine::ones({channels})),
        options(options) {}

  engine::Tensor operator()(const engine::Tensor& x) {
    if (evaluating()) {
      const engine::Tensor scale = gamma.raw() * rsqrt(running_variance.value() + options.epsilon);
      return x * scale + (beta.raw() - running_mean.value() * scale);
    }
    const engine::Tensor batch = moments(x);
    remember(batch, x.size() / x.dim(-1));
    return batch_norm(x, gamma.raw(), beta.raw(), batch, options.epsilon);
  }

  // In evaluation mode, where it is a fixed scale per channel; in training mode there is no bound.
  double lipschitz(const engine::Shape&) const {
    if (!evaluating()) return std::numeric_limits<double>::infinity();
    return max(abs(gamma.raw() * rsqrt(running_variance.value() + options.epsilon))).item();
  }

  template <class V>
  void visit(V& v) {
    v("weight", gamma);
    v("bias", beta);
    v("running_mean", running_mean);
    v("running_var", running_variance);
  }

  Param gamma, beta;
  engine::State running_mean, running_variance;
  BatchNormOptions options;

 private:
  void remember(const engine::Tensor& batch, engine::Index n) {
    const engine::NoGrad constant;
    const engine::Index channels = batch.dim(1);
    const auto mixed = [&](const engine::State& running, engine::Index row, engine::Real factor) {
      const engine::Tensor newest = reshape(slice(batch, 0, row, row + 1), {channels});
      return running.value() * (1 - options.momentum) + newest * (options.momentum * factor);
    };
    const auto count = static_cast<engine::Real>(n);
    running_mean.assign(mixed(running_mean, 0, 1));
    running_variance.assign(mixed(running_variance, 1, n > 1 ? count / (count - 1) : 1));
  }
};

}  // namespace layers
