// Augmenter: random, differentiable changes of all images that the discriminator sees, real and
// generated, so that a few hundred images are enough for training.
//
//   Augmenter augment("color,translation,cutout", {64, 64, 3});
//   scores = discriminator(augment(images));          // [N, height, width, channels]
//
//   name         each image
//   color        brightness by up to 0.5, saturation times up to 2, contrast times 0.5 to 1.5
//   translation  shifted by up to an eighth of each side, filled with zeros
//   cutout       a rectangle of half of each side is zeros
//
// Source: Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training" (2020), and
// its code. Images lie in [-1, 1], so zeros are gray. Random numbers come from engine/random.h.
// Cost: passes over the images; translation takes two for each possible shift.
// Errors: an unknown name (with the known ones), one given twice.
#pragma once

#include <string>
#include <vector>

#include "engine/table.h"
#include "engine/tensor.h"
#include "gan/models/models.h"

namespace gan::training {

// The indices 0, 1, ... of rows and columns, shaped to broadcast over images.
struct Coordinates {
  engine::Tensor rows, columns;
};

struct Augmentation {
  const char* name;
  const char* help;
  engine::Tensor (*apply)(const engine::Tensor& images, const Coordinates& at);  // none: no change
};

engine::Table<Augmentation>& augmentations();

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
