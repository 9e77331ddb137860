// ClassBatchNorm: batch norm with a gamma and a beta for each class of samples (labels.h). Mean and
// variance are over the whole batch, whatever its classes. All gammas start at 1, betas at 0.
//   ClassBatchNorm(256, 10)      // channels, classes
// Cost: that of BatchNorm and a pass over x. Errors: no labels, or another number of labels than
// samples. Sources: Dumoulin, Shlens and Kudlur, "A Learned Representation for Artistic Style"
// (2017); in generators, Miyato and Koyama, "cGANs with Projection Discriminator" (2018).
#pragma once

#include <algorithm>
#include <vector>

#include "layers/labels.h"
#include "layers/norm/running_moments.h"

namespace layers {

class ClassBatchNorm : public RunningMoments {
 public:
  ClassBatchNorm(engine::Index channels, engine::Index classes,
                 const BatchNormOptions& options = {})
      : RunningMoments(channels, options),
        gammas(engine::ones({classes, channels})),
        betas(engine::zeros({classes, channels})),
        one_(engine::ones({channels})),
        zero_(engine::zeros({channels})) {}

  engine::Tensor operator()(const engine::Tensor& x) {
    const engine::Tensor gamma = of_samples(gammas, x), beta = of_samples(betas, x);
    if (evaluating()) return evaluated(x, gamma, beta);
    return batch_norm(x, one_, zero_, seen(x), options.epsilon) * gamma + beta;
  }

  // In evaluation; in training there is no bound.
  std::vector<double> class_bounds(const engine::Shape&) const {
    if (!evaluating()) return {std::numeric_limits<double>::infinity()};
    const std::vector<engine::Real> largest = max(abs(gammas.raw() * scale()), {1}).values();
    return {largest.begin(), largest.end()};
  }

  template <class V>
  void visit(V& v) {
    v("gammas", gammas);
    v("betas", betas);
    v("running_mean", running_mean);
    v("running_var", running_variance);
  }

  Param gammas, betas;  // [classes, channels]

 private:
  // The rows of the samples' classes, as they broadcast: [N, 1, ..., C].
  static engine::Tensor of_samples(const Param& table, const engine::Tensor& x) {
    const engine::Tensor rows = rows_by_label("class_batch_norm", table.raw(), x.dim(0));
    engine::Shape shape = x.shape();
    for (int axis = 0; axis + 1 < shape.rank(); ++axis) shape[axis] = axis == 0 ? rows.dim(0) : 1;
    return reshape(rows, shape);
  }

  engine::Tensor one_, zero_;  // [channels]
};

}  // namespace layers
