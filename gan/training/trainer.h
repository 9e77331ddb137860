// Trainer: the two networks, their optimizers and everything else that training changes, with a
// function to take a step. One step is n_dis updates of the discriminator, then one of the
// generator:
//
//   Trainer trainer(config, *data);
//   while (trainer.step_count() < config.steps) trainer.step();
//
// A step reads nothing back from the device; the losses are summed there and read by `losses()`.
// `archive` visits all of this except the random numbers: weights, optimizers, average, layer
// states, the samples' fixed noise and the sums of the losses. The position in the data follows
// from the number of steps. So a run resumes bit-for-bit (gan/run/checkpoint.h). Errors: restoring
// from a file of another model.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "datasets/loader.h"
#include "engine/capture.h"
#include "engine/serialize.h"
#include "gan/analysis/audit.h"
#include "gan/analysis/gradient_spectra.h"
#include "gan/models/models.h"
#include "gan/training/augmentations.h"
#include "gan/training/config.h"
#include "gan/training/losses.h"
#include "layers/ema.h"
#include "layers/optim.h"

namespace gan::training {

// Means over the steps since they were last read.
struct LossMeans {
  double discriminator = 0, generator = 0;
  double on_real = 0, on_fake = 0;  // of the discriminator's outputs, in its own updates
};

class Trainer {
 public:
  // Seeds the random numbers and draws the weights. `data` must outlive the trainer.
  Trainer(const Config& config, const datasets::Dataset& data);
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  void step();  // on CUDA a replay, from the third on (engine/capture.h)
  bool replays() const { return captured_[penalize_].replays(); }  // steps like the latest
  Index step_count() const { return steps_; }
  LossMeans losses();                                 // waits for the device
  Index unread_steps() const { return sums_.steps; }  // over which the next losses() are means

  // The spectra of the gradients of the latest step that is a multiple of gradients_every (with
  // clipping: of the latest step), named "d.0" for the discriminator's layer 0; waits for the
  // device.
  std::vector<analysis::GradientSpectra::Row> gradients() const;

  // Samples [count, height, width, channels] of the averaged generator from the fixed noise, in rows
  // of kShownColumns of one class if it is conditional.
  engine::Tensor samples();
  // The same from other noise [count, z_dim]; sample i has class `first` + i, modulo the number of
  // classes.
  engine::Tensor samples(const engine::Tensor& noise, Index first = 0);
  Index z_dim() const { return networks_.z_dim; }

  // Audits the discriminator against the generator itself, not its average. Copies both networks;
  // training is not affected.
  analysis::RunAudit audit() const;

  // Whether everything in a checkpoint is finite; waits for the device.
  bool finite() { return not_finite().empty(); }
  std::string not_finite();  // the name of a non-finite tensor; "" if all are finite
  // The first step with non-finite losses; the latest step if all losses were finite (then its
  // updated weights are not). Waits for the device.
  Index first_bad_step() const;
  // Everything in a checkpoint except the random numbers.
  void archive(layers::Archive& file);
  // Continues after this step.
  void restore(const engine::TensorFile& file, Index step);
  const Config& config() const { return config_; }
  const models::ImageSize& image() const { return image_; }
  const datasets::Dataset& data() const { return data_; }
  const std::string& data_hash();  // SHA-256 of the images, computed on first use
  const std::vector<std::string>& class_names() const { return class_names_; }  // if conditional

  static constexpr int kShownColumns = 8;
  // The number of samples in a grid, for networks with this many classes (0: not conditional).
  static Index samples_shown(const models::ImageSize& image, Index classes);

 private:
  void set_learning_rates();
  void iterate();
  datasets::Batch update_discriminator();  // the real images
  void update_generator(const datasets::Batch& real);
  engine::Tensor averaged(const engine::Tensor& noise, const engine::Tensor& labels);
  using Gradients = engine::TensorList;
  Gradients clipped(const Gradients& gradients, const char* network,
                    analysis::GradientSpectra& spectra);

  // Numbers on the device, one for each of LossMeans, added up over the updates.
  struct Sums {
    engine::Tensor all;
    engine::Tensor discriminator, generator, on_real, on_fake;  // views of its elements
    Index steps = 0;
    engine::Tensor good_steps;  // of these, counted on the device: before the first NaN or infinity
    Sums();
    void reset();
    void count();  // after the updates of a step
    template <class Visit>
    void each(Visit&& visit) {
      visit("discriminator", discriminator);
      visit("generator", generator);
      visit("on_real", on_real);
      visit("on_fake", on_fake);
    }
    void archive(layers::Archive& file) {
      each(file);
      file("steps", steps);
    }
  };

  const Config config_;
  const Loss& loss_;
  const datasets::Dataset& data_;
  std::string data_hash_;
  const std::vector<std::string> class_names_;
  datasets::Loader loader_;
  const models::ImageSize image_;
  const Augmenter augment_;
  models::Networks networks_;
  const std::vector<layers::Param*> generator_parameters_, discriminator_parameters_;
  const std::unique_ptr<layers::Optimizer> generator_optimizer_, discriminator_optimizer_;
  layers::Ema average_;
  analysis::GradientSpectra generator_gradients_, discriminator_gradients_;
  const engine::Tensor fixed_noise_;
  Sums sums_;
  Index steps_ = 0;
  bool measure_ = false;                      // the gradients of the current step
  bool penalize_ = false;                     // whether the current step has the penalty
  std::array<engine::Captured, 2> captured_;  // steps without and with the penalty
};

}  // namespace gan::training
