// The ResNet of SN-GAN. Source: Miyato et al. (2018), Table 4, as in the authors' code
// (sngan_projection): pre-activation blocks, nearest upsampling and average pooling, a sum over the
// last image, no normalization in the discriminator besides the constraint. Weights start Glorot
// uniform, those within blocks times sqrt(2), biases at 0.
//
// Images of 48x48 and 128x128 get the blocks of Miyato et al., Tables 5 and 6, those of 64x64 and
// 96x96 the ones of mimicry's sngan_64; all other sizes those of Table 4.
//
// Conditional networks: Miyato and Koyama, "cGANs with Projection Discriminator" (2018), as in the
// same code. Self-attention: Zhang et al. (2019), after the blocks whose feature maps have the
// requested height.
#pragma once

#include "gan/models/models.h"

namespace gan::models {

Index sn_resnet_weights(const ImageSize& image);  // layers of the discriminator
Networks sn_resnet(const ImageSize& image, const Constraints& constraints, const Options& options);

}  // namespace gan::models
