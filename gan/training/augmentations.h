// Augmenter: random changes of all images that the discriminator sees, real and generated, through
// which gradients flow: what makes a few hundred images enough to train with.
//
//   Augmenter augment("color,translation,cutout", {64, 64, 3});
//   scores = discriminator(augment(images));          // [N, height, width, channels]
//
//   name         each image
//   color        brightness by up to 0.5, saturation times up to 2, contrast times 0.5 to 1.5
//   translation  moved by up to an eighth of each side; zeros come in
//   cutout       a rectangle of half of each side is zeros
//
// Source: Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training" (2020), and
// its code. Images lie in [-1, 1], so zeros are grey. Random numbers come from engine/random.h.
// Cost: passes over the images; translation takes two for each place that an image may move to.
// Errors: an unknown name (with the known ones), one given twice.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/tensor.h"
#include "gan/models/models.h"

namespace gan::training {

// The numbers 0, 1, ... of rows and columns, as they broadcast over images.
struct Coordinates {
  engine::Tensor rows, columns;
};

struct Augmentation {
  const char* name;
  const char* help;
  engine::Tensor (*apply)(const engine::Tensor& images, const Coordinates& at);  // none: no change
};

std::span<const Augmentation> augmentations();

// The rows that a text names, joined by commas. Errors: as above.
std::vector<const Augmentation*> find_augmentations(const std::string& text);

class Augmenter {
 public:
  Augmenter() = default;  // changes nothing
  Augmenter(const std::string& text, const models::ImageSize& image);
  engine::Tensor operator()(engine::Tensor images) const;

 private:
  std::vector<const Augmentation*> chosen_;
  Coordinates at_;
};

}  // namespace gan::training
