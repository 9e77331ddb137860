// A small pair of networks for CPUs: three 4x4 layers of stride 2 each, and a dense one; on two
// cores a training step takes a few hundredths of a second. The generator is DCGAN's with a quarter
// of its width (Radford, Metz and Chintala, 2016), with batch norm and ReLU; the discriminator is
// its mirror with leaky ReLU of slope 0.1.
#pragma once

#include "gan/models/models.h"

namespace gan::models {

Networks sn_small(const ImageSize& image, const Constraints& constraints, const Options& options);

}  // namespace gan::models
