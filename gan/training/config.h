// Config: every setting of a training run, and the one list of them. `fields` visits each setting
// with its key, so that JSON (config.json), `--set key=value` and the help text follow from a line.
// Keys are dotted (g.lr) and the same everywhere. Only these values (and the images) determine what
// a run computes. Errors: one line that names the key, and the file or the option.
#pragma once

#include <cstdint>
#include <string>

#include "engine/real.h"
#include "gan/training/constraints.h"
#include "gan/training/optimizers.h"
#include "gan/training/penalties.h"
#include "layers/lipschitz/gradient_clipping.h"

namespace gan::training {

using engine::Index;

struct Config {
  std::string data = "shapes";
  Index resize = 0;
  std::string channels = "auto";
  std::string orientation = "ignore";
  bool flip = false;
  bool dequantize = false;
  std::string augment = "none";

  std::string model = "sn-small";
  bool conditional = false;
  Index attention = 0;
  ConstraintChain constraint = "spectral";
  std::string loss = "hinge";
  Penalty penalty = "none";
  Index penalty_every = 1;

  Index steps = 1000;
  Index n_dis = 1;
  Index batch = 64;
  Index g_batch = 64;
  OptimizerSettings g, d;
  Index decay_steps = 0;
  double ema = 0.999;
  std::string clip = "none";
  double clip_r = 2;
  Index clip_iterations = 5;

  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::string precision = "high";

  Index log_every = 50;
  Index gradients_every = 50;
  Index sample_every = 500;
  Index checkpoint_every = 500;
  std::string scorer;
  Index score_every = 500;
  Index score_images = 1000;
  std::string score_precision;
  Index audit_every = 0;

  // Calls visit(key, member, help) for each setting of `config`, a Config or a const Config. If the
  // value is a name from a table, the help text lists the names (`choices` of config.cpp).
  template <class Config, class Visit>
  static void fields(Config& config, Visit&& visit) {
    settings(config, [&](const char* key, auto& member, const char* help, const char* = nullptr) {
      visit(key, member, help);
    });
  }

  // The list: as above, and visit(key, member, help, why) where a run may not change the setting
  // when it is resumed.
  template <class Config, class Visit>
  static void settings(Config& config, Visit&& visit) {
    constexpr const char *images = "it determines the images of every step",
                         *networks = "it determines the networks",
                         *learnt = "the networks were trained with it",
                         *moments = "its stored moments do not fit another optimizer",
                         *place = "it determines the position in the data";
    visit("data", config.data, "images to learn from");
    visit("data.resize", config.resize, "side of the images; 0: original size", images);
    visit("data.channels", config.channels, "channels (auto: 1 if all images are gray, else 3)",
          images);
    visit("data.orientation", config.orientation, "EXIF orientation of images", images);
    visit("data.flip", config.flip, "mirror images at random", images);
    visit("data.dequantize", config.dequantize, "add noise of up to one gray level", images);
    visit("augment", config.augment,
          "augmentations of the discriminator's images, joined by commas");
    visit("model", config.model, "architecture of both networks", networks);
    visit("conditional", config.conditional, "condition both networks on the classes of the data",
          networks);
    visit("attention", config.attention,
          "sn-resnet: height of the feature maps that get self-attention; 0: none", networks);
    visit("d.constraint", config.constraint, "constraint on every discriminator weight, see below",
          networks);
    visit("loss", config.loss, "loss of both networks", learnt);
    visit("penalty", config.penalty, "penalty on the discriminator's slopes, see below", learnt);
    visit("penalty_every", config.penalty_every,
          "N: apply the penalty, times N, in every Nth step");
    visit("steps", config.steps, "generator updates, counted from the start of the run");
    visit("n_dis", config.n_dis, "discriminator updates before each generator update", place);
    visit("batch", config.batch, "real images (and as many fakes) per discriminator update", place);
    visit("g.batch", config.g_batch, "fakes per generator update",
          "it determines the random numbers drawn");
    visit("g.optimizer", config.g.optimizer, "optimizer of the generator, see below", moments);
    visit("g.lr", config.g.lr, "learning rate of the generator");
    visit("g.beta1", config.g.beta1, "generator's Adam: decay rate of the first moment");
    visit("g.beta2", config.g.beta2, "generator's Adam: decay rate of the second moment");
    visit("d.optimizer", config.d.optimizer, "optimizer of the discriminator, see below", moments);
    visit("d.lr", config.d.lr, "learning rate of the discriminator");
    visit("d.beta1", config.d.beta1, "discriminator's Adam: decay rate of the first moment");
    visit("d.beta2", config.d.beta2, "discriminator's Adam: decay rate of the second moment");
    visit("decay_steps", config.decay_steps,
          "step at which both learning rates reach 0, linearly; 0: constant");
    visit("ema", config.ema, "decay rate of the generator's moving average; 0: none");
    visit("clip", config.clip, "networks whose gradients are spectrally clipped");
    visit("clip.r", config.clip_r, "largest ratio s0/s1 of a clipped gradient's singular values");
    visit("clip.iterations", config.clip_iterations, "subspace iterations per update");
    visit("seed", config.seed, "seed of weights, noise and image order",
          "it determined the weights and the image order");
    visit("device", config.device, "device to run on");
    visit("precision", config.precision, "precision of matrix products");
    visit("log_every", config.log_every, "steps between rows of log.csv");
    visit("gradients_every", config.gradients_every, "steps between rows of gradients.csv");
    visit("sample_every", config.sample_every, "steps between sample grids");
    visit("checkpoint_every", config.checkpoint_every, "steps between checkpoints");
    visit("scorer", config.scorer, "classifier that scores samples, ONNX or GraphDef; empty: none");
    visit("score_every", config.score_every,
          "steps between scores, logged in the next row of log.csv");
    visit("score_images", config.score_images, "samples per score");
    visit("score_precision", config.score_precision,
          "precision of the scorer's matrix products; empty: as in training");
    visit("audit_every", config.audit_every,
          "steps between audits, logged in the next row of log.csv; 0: none");
  }
};

// Sets one field from "key=value". Errors: no such key (with the nearest), a value of another type.
void set(Config& config, const std::string& assignment);

// The spectral gradient clipping in the settings. Errors: out-of-range or invalid values.
layers::SpectralGradientClipping clipping(const Config& config);

bool is_utf8(const std::string& text);  // as all text of a run's files is

// Checks the values, alone and together. Errors: the first invalid one.
void validate(const Config& config);

// Makes the paths in the settings absolute, so that a run does not depend on the current folder.
void make_paths_absolute(Config& config);

std::string to_json(const Config& config);
// Fields that the text lacks keep their defaults. Errors name `path`.
Config from_json(const std::string& text, const std::string& path);

// One line per key: key, value, description; a star marks those that may change on resume.
std::string describe(const Config& config);

}  // namespace gan::training
