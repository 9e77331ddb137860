#include "gan/training/augmentations.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "engine/engine.h"

namespace gan::training {
namespace {

using engine::Index;
using engine::Real;
using engine::Tensor;

// One number for each image, as it broadcasts.
Tensor draw(const Tensor& images, Real low, Real high) {
  return engine::uniform_per_sample({images.dim(0), 1, 1, 1}, low, high);
}

// A whole number for each, from `low` to `high`.
Tensor draw_whole(const Tensor& images, Index low, Index high) {
  return floor(draw(images, static_cast<Real>(low), static_cast<Real>(high + 1)));
}

// A fraction of a side, rounded.
Index part(Index side, double share) {
  return static_cast<Index>(static_cast<double>(side) * share + 0.5);
}

// Moves away from the mean over these axes, or toward it.
Tensor spread(const Tensor& images, const engine::Axes& axes, const Tensor& factor) {
  const Tensor middle = mean(images, axes, /*keep=*/true);
  return middle + factor * (images - middle);
}

Tensor color(const Tensor& images, const Coordinates&) {
  const Tensor brighter = images + draw(images, -0.5F, 0.5F);
  const Tensor saturated = spread(brighter, {3}, draw(images, 0, 2));
  return spread(saturated, {1, 2, 3}, draw(images, 0.5F, 1.5F));
}

// Sums the images over all possible shifts, all but one times zero: a gather's gradient would cost
// more.
Tensor moved(const Tensor& images, int axis) {
  const Index side = images.dim(axis), most = part(side, 0.125);
  const Tensor shift = draw_whole(images, -most, most), padded = pad(images, axis, most, most);
  Tensor sum;
  for (Index s = -most; s <= most; ++s) {
    const Tensor here = equal(shift, engine::scalar(static_cast<Real>(s))) *
                        slice(padded, axis, most - s, most - s + side);
    sum = sum.defined() ? sum + here : here;
  }
  return sum;
}

Tensor translation(const Tensor& images, const Coordinates&) { return moved(moved(images, 1), 2); }

// 1 at the rows (or columns) of each image's rectangle; its middle may lie on the edge.
Tensor cut(const Tensor& images, int axis, const Tensor& at) {
  const Index side = images.dim(axis), size = part(side, 0.5);
  const Tensor middle = draw_whole(images, 0, side - size % 2);
  const auto before = static_cast<Real>(size / 2);
  return inside(at - middle, -before, static_cast<Real>(size - 1) - before);
}

Tensor cutout(const Tensor& images, const Coordinates& at) {
  const Tensor rows = cut(images, 1, at.rows), columns = cut(images, 2, at.columns);
  return images * (1 - rows * columns);
}

constexpr Augmentation kAugmentations[] = {
    {"none", "unchanged images", nullptr},
    {"color", "brightness, saturation and contrast", color},
    {"translation", "shifted by up to an eighth of each side", translation},
    {"cutout", "a rectangle of half of each side blanked", cutout},
};

Tensor counted(Index count, const engine::Shape& shape) {
  std::vector<Real> numbers;
  for (Index i = 0; i < count; ++i) numbers.push_back(static_cast<Real>(i));
  return Tensor::from(shape, numbers);
}

}  // namespace

engine::Table<Augmentation>& augmentations() {
  static engine::Table<Augmentation> table("augmentation", kAugmentations);
  return table;
}

std::vector<const Augmentation*> find_augmentations(const std::string& text) {
  std::vector<const Augmentation*> found;
  std::istringstream names(text + ',');
  for (std::string name; std::getline(names, name, ',');) {
    const Augmentation& row = augmentations().find(name);
    engine::check(std::ranges::find(found, &row) == found.end(), "augment=", text, ": ", name,
                  " is given twice");
    found.push_back(&row);
  }
  return found;
}

Augmenter::Augmenter(const std::string& text, const models::ImageSize& image)
    : chosen_(find_augmentations(text)),
      at_{counted(image.height, {1, image.height, 1, 1}),
          counted(image.width, {1, 1, image.width, 1})} {}

Tensor Augmenter::operator()(Tensor images) const {
  for (const Augmentation* augmentation : chosen_)
    if (augmentation->apply) images = augmentation->apply(images, at_);
  return images;
}

}  // namespace gan::training
