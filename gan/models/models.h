// The pairs of networks that can be trained, by name, in one table (models.cpp); each is built by
// one function in its own file, for the data set's image size.
//
// Generators map noise [N, z_dim], normal, to images [N, height, width, channels] in [-1, 1];
// discriminators map images to one number each, [N, 1]. Conditional networks take the classes from
// layers::Labels. The constraints go on every weight of the discriminator. Height and width are
// multiples of a number given by the model: 8 for networks that scale by 2 three times. Errors: an
// unknown name (with the known ones), an image size that does not fit, an option that the model
// does not have.
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

// Optional parts of a model.
struct Options {
  Index classes = 0;    // number of classes of conditional networks; 0: unconditional
  Index attention = 0;  // height of the feature maps that get self-attention; 0: none
};

struct Networks {
  layers::Sequential generator, discriminator;
  Index z_dim;
  Index classes = 0;
};

struct Model {
  const char* name;
  const char* help;
  Index (*weights)(const ImageSize& image);  // of the discriminator, without options
  Networks (*build)(const ImageSize& image, const Constraints& constraints, const Options& options);
  Index multiple = 8;                         // height and width must be multiples of this
  bool conditional = false, attends = false;  // the options it supports
};

engine::Table<Model>& all();
const Model& find_model(const std::string& name);
// Errors: an option that the model does not have.
void check_options(const Model& model, const Options& options);

// The number of discriminator weights that share a network_k (gan/training/constraints.h).
Index constrained(const Model& model, const ImageSize& image, const Options& options = {});

// The networks of this name. Weights are drawn from engine/random.h.
Networks build_networks(const std::string& name, const ImageSize& image,
                        const Constraints& constraints, const Options& options = {});

// The discriminator on real and fake images in one pass; no discriminator uses batch statistics,
// which this would mix. Labels are those of the real images, one each, and of as many fakes.
struct Scores {
  engine::Tensor real, fake;
};
Scores judge(layers::Sequential& discriminator, const engine::Tensor& real,
             const engine::Tensor& fake);

// Labels for `count` samples: the classes first, first + 1, ..., each `times` times, starting over
// at 0 after the last. Empty for 0 classes (networks that are not conditional).
engine::Tensor labels_in_turn(Index classes, Index count, Index first = 0, Index times = 1);

// The number of values that an optimizer trains.
Index parameter_count(layers::Sequential& network);

}  // namespace gan::models
