// The pairs of networks that can be trained, by name, in one table (models.cpp); each is built by
// one function in its own file, for the data set's image size.
//
// Generators map noise [N, z_dim], normal, to images [N, height, width, channels] in [-1, 1];
// discriminators map images to one number each, [N, 1]. The constraints go on every weight of the
// discriminator. Height and width are multiples of a number given by the model: 8 for networks that
// scale by 2 three times. Errors: an unknown name (with the known ones), an image size that does
// not fit.
#pragma once

#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "engine/table.h"
#include "layers/constraint.h"
#include "layers/module.h"

namespace gan::models {

using engine::Index;
using Constraints = std::vector<layers::Constraint>;

struct ImageSize {
  Index height, width, channels;
  bool operator==(const ImageSize&) const = default;
};
ImageSize size_of(const datasets::Dataset& data);

struct Networks {
  layers::Sequential generator, discriminator;
  Index z_dim;
};

struct Model {
  const char* name;
  const char* help;
  Index (*constrained)(const ImageSize& image);  // layers that share a norm of the discriminator
  Networks (*build)(const ImageSize& image, const Constraints& constraints);
  Index multiple = 8;  // of which height and width are
};

engine::Table<Model>& all();
const Model& find_model(const std::string& name);

// The networks of this name. Weights are drawn from engine/random.h.
Networks build_networks(const std::string& name, const ImageSize& image,
                        const Constraints& constraints);

// The discriminator on real and fake images in one pass; no discriminator uses batch statistics,
// which this would mix.
struct Scores {
  engine::Tensor real, fake;
};
Scores judge(layers::Sequential& discriminator, const engine::Tensor& real,
             const engine::Tensor& fake);

// The number of values that an optimizer trains.
Index parameter_count(layers::Sequential& network);

}  // namespace gan::models
