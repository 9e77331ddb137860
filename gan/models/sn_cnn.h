// The "standard CNN" of SN-GAN, in the two widths that go by this name.
// Source: Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for Generative Adversarial
// Networks" (2018), Table 3: four-by-four transposed convolutions with batch norm in the generator;
// 3x3 convolutions of stride 1 and 4x4 of stride 2 alternating in the discriminator, leaky ReLU of
// slope 0.1. Weights start normal with deviation 0.02, biases at 0 (the authors' chainer-gan-lib).
#pragma once

#include "gan/models/models.h"

namespace gan::models {

// Widths of the paper's table: 64, 64, 128, 128, 256, 256, 512.
Networks sn_cnn(const ImageSize& image, const Constraints& constraints, const Options& options);

// Widths of chainer-gan-lib, compare_gan and pytorch-gan-collections: 64, 128, 128, 256, 256, 512,
// 512; and batch norm and ReLU after the generator's dense layer. Two things differ from
// pytorch-gan-collections: z has 128 numbers instead of 100, and that batch norm normalizes each
// unit instead of each of 512 channels.
Networks sn_cnn_wide(const ImageSize& image, const Constraints& constraints,
                     const Options& options);

}  // namespace gan::models
