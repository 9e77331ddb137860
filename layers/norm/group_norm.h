// GroupNorm: the channels of each sample in groups, each to mean 0 and variance 1 over its channels
// and pixels, then gamma and beta per channel. x is [N, H, W, C], C a multiple of `groups`.
// Source: Wu and He, "Group Normalization" (2018). Errors: channels that cannot be grouped so.
#pragma once

#include "layers/module.h"
#include "layers/norm/normalize.h"

namespace layers {

class GroupNorm {
 public:
  GroupNorm(engine::Index groups, engine::Index channels, engine::Real epsilon = 1e-5F)
      : gamma(engine::ones({channels})),
        beta(engine::zeros({channels})),
        groups(groups),
        epsilon(epsilon) {
    engine::check(groups > 0 && channels % groups == 0, "group_norm: ", channels,
                  " channels do not divide into ", groups, " groups");
  }

  engine::Tensor operator()(const engine::Tensor& x) const {
    engine::check(x.rank() == 4 && x.dim(3) == gamma.raw().dim(0), "group_norm: input ", x.shape(),
                  " [N, H, W, C] does not fit gamma ", gamma.raw().shape());
    const engine::Shape grouped{x.dim(0), x.dim(1) * x.dim(2), groups, x.dim(3) / groups};
    const engine::Tensor y = normalize(reshape(x, grouped), {1, 3}, epsilon);
    return reshape(y, x.shape()) * gamma.raw() + beta.raw();
  }

  template <class V>
  void visit(V& v) {
    v("weight", gamma);
    v("bias", beta);
  }

  Param gamma, beta;
  engine::Index groups;
  engine::Real epsilon;
};

}  // namespace layers
