// Two perceptrons with three hidden layers of 128 ReLU units and 2 numbers of noise, for points in
// the plane (datasets/gaussians.h), or any small image. The generator's output has no activation.
// Source: the toy models of Gulrajani et al., "Improved Training of Wasserstein GANs" (2017), with
// 128 in place of 512 units.
#pragma once

#include "gan/models/models.h"

namespace gan::models {

Networks mlp(const ImageSize& image, const Constraints& constraints, const Options& options);

}  // namespace gan::models
