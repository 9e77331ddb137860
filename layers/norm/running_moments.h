// RunningMoments: shared by all batch norms: the running mean and (unbiased) variance of each
// channel of [..., C] over the batches seen so far, for evaluation. `momentum` is the weight of the
// newest batch, as in PyTorch. Cost: negligible.
#pragma once

#include "layers/mode.h"
#include "layers/module.h"

namespace layers {

// The options of every batch norm.
struct BatchNormOptions {
  engine::Real epsilon = 1e-5F;
  engine::Real momentum = 0.1F;
};

class RunningMoments {
 public:
  engine::State running_mean, running_variance;
  BatchNormOptions options;

 protected:
  RunningMoments(engine::Index channels, const BatchNormOptions& options)
      : running_mean(engine::zeros({channels})),
        running_variance(engine::ones({channels})),
        options(options) {}

  // 1 / deviation of each channel, in evaluation.
  engine::Tensor scale() const { return rsqrt(running_variance.value() + options.epsilon); }

  // In evaluation: (x - mean) / deviation times gamma, plus beta, which broadcast to x.
  engine::Tensor evaluated(const engine::Tensor& x, const engine::Tensor& gamma,
                           const engine::Tensor& beta) const {
    const engine::Tensor scaled = gamma * scale();
    return x * scaled + (beta - running_mean.value() * scaled);
  }

  // The moments of this batch, which are remembered.
  engine::Tensor seen(const engine::Tensor& x) {
    const engine::Tensor batch = moments(x);
    remember(batch, engine::sharers() * (x.size() / x.dim(-1)));
    return batch;
  }

 private:
  void remember(const engine::Tensor& batch, engine::Index n) {
    const auto count = static_cast<engine::Real>(n);
    remember_moments(options.momentum, n > 1 ? count / (count - 1) : 1, batch, running_mean.place(),
                     running_variance.place());
  }
};

}  // namespace layers
