// GroupNorm: the channels of each sample in groups, each to mean 0 and variance 1 over its channels
// and pixels, then gamma and beta per channel. x is [N, H, W, C], C a multiple of `groups`.
// Source: Wu and He, "Group Normalization" (2018). Errors: channels that do not divide into groups.
#pragma once

#include "layers/norm/sample_norm.h"

namespace layers {

class GroupNorm : public SampleNorm {
 public:
  GroupNorm(engine::Index groups, engine::Index channels, engine::Real epsilon = 1e-5F)
      : SampleNorm(channels, epsilon), groups(groups) {
    engine::check(groups > 0 && channels % groups == 0, "group_norm: ", channels,
                  " channels do not divide into ", groups, " groups");
  }

  engine::Tensor operator()(const engine::Tensor& x) const {
    engine::check(x.rank() == 4 && x.dim(3) == gamma.raw().dim(0), "group_norm: input ", x.shape(),
                  " [N, H, W, C] does not fit gamma ", gamma.raw().shape());
    return normalize(x, {x.dim(0), x.dim(1) * x.dim(2), groups, x.dim(3) / groups}, {1, 3});
  }

  engine::Index groups;
};

}  // namespace layers
