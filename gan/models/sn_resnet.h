// The ResNet of SN-GAN. Source: Miyato et al. (2018), Table 4, as in the authors' code
// (sngan_projection): pre-activation blocks, nearest upsampling and average pooling, a sum over the
// last image, no normalization in the discriminator besides the constraint. Weights start Glorot
// uniform, those within blocks times sqrt(2), biases at 0.
#pragma once

#include "gan/models/models.h"

namespace gan::models {

Networks sn_resnet(const ImageSize& image, const Constraints& constraints);

}  // namespace gan::models
