#include "gan/training/trainer.h"

#include <algorithm>
#include <cmath>

#include "datasets/gaussians.h"
#include "engine/collective.h"
#include "engine/engine.h"
#include "gan/metrics/content_hash.h"
#include "gan/training/finite.h"
#include "gan/training/networks.h"
#include "layers/labels.h"
#include "layers/mode.h"

namespace gan::training {
namespace {

using engine::NoGrad;
using engine::Real;
using engine::Tensor;

// Seeds first, so that the weights drawn next are those of this seed.
models::Networks seeded_networks(const Config& config, const models::ImageSize& image,
                                 Index classes) {
  engine::seed(config.seed);
  return build_networks(config, image, classes);
}

// Whether the device has memory of its own, a quarter of which holds the images as bytes.
bool fits_on_device(const datasets::Dataset& data) {
  const auto bytes = static_cast<std::size_t>(data.size() * data.image_size());
  return data.size() <= engine::ImageTable::kMost &&
         bytes < engine::Device::current().memory_left() / 4;
}

// Of the whole batch, where processes share it.
engine::TensorList shared_gradients(const Tensor& loss,
                                    const std::vector<layers::Param*>& parameters) {
  return engine::mean_over_sharers(grad(loss, parameters));
}

}  // namespace

Trainer::Sums::Sums() : all(engine::zeros({4})), good_steps(engine::zeros({})) {
  each(
      [this, i = Index{0}](const char*, Tensor& sum) mutable { sum = Tensor::view(all, i++, {}); });
}

void Trainer::Sums::reset() {  // in place: captured steps add to them
  engine::overwrite(all, engine::zeros(all.shape()));
  engine::overwrite(good_steps, engine::zeros({}));
  steps = 0;
}

// A non-finite sum stays non-finite, and 0 times it is NaN, which does not equal itself.
void Trainer::Sums::count() {
  const Tensor blemishes = blemish(all);
  add_scaled(1, equal(blemishes, blemishes), good_steps);
}

Trainer::Trainer(const Config& config, const datasets::Dataset& data)
    : config_(config),
      loss_(find_loss(config.loss)),
      data_(data),
      class_names_(training::class_names(config, data)),
      loader_(data, {.batch = config.batch,
                     .seed = config.seed,
                     .flip = config.flip,
                     .dequantize = config.dequantize,
                     .labels = config.conditional,
                     .resident = fits_on_device(data),
                     .part = engine::processes().rank(),
                     .parts = engine::processes().size()}),
      image_{data.height(), data.width(), data.channels()},
      augment_(config.augment, image_),
      networks_(seeded_networks(config, image_, std::ssize(class_names_))),
      generator_parameters_(networks_.generator.parameters()),
      discriminator_parameters_(networks_.discriminator.parameters()),
      generator_optimizer_(config.g.optimizer(config.g, generator_parameters_)),
      discriminator_optimizer_(config.d.optimizer(config.d, discriminator_parameters_)),
      average_(static_cast<Real>(config.ema), networks_.generator),
      generator_gradients_(networks_.generator, clipping(config)),
      discriminator_gradients_(networks_.discriminator, clipping(config)),
      fixed_noise_(engine::normal({samples_shown(image_, networks_.classes), networks_.z_dim})),
      captured_{engine::Captured([this] { iterate(); }), engine::Captured([this] { iterate(); })} {}

void Trainer::set_learning_rates() {
  const double left = config_.decay_steps == 0 ? 1
                                               : 1 - static_cast<double>(steps_) /
                                                         static_cast<double>(config_.decay_steps);
  generator_optimizer_->set_lr(static_cast<Real>(config_.g.lr * left));
  discriminator_optimizer_->set_lr(static_cast<Real>(config_.d.lr * left));
}

void Trainer::step() {
  set_learning_rates();
  // A step with extra work is not the captured one.
  measure_ = config_.clip != "both" && (steps_ + 1) % config_.gradients_every == 0;
  penalize_ = !config_.penalty.none() && steps_ % config_.penalty_every == 0;
  measure_ ? iterate() : captured_[penalize_]();
  ++steps_;
  ++sums_.steps;
}

void Trainer::iterate() {
  const engine::SharedBatch shared;
  datasets::Batch real;
  for (Index i = 0; i < config_.n_dis; ++i) real = update_discriminator();
  update_generator(real);
  average_.step();
  const NoGrad constant;
  sums_.count();
}

datasets::Batch Trainer::update_discriminator() {
  datasets::Batch real = loader_.next();
  const layers::Labels given(real.classes);  // fakes are of the classes of the real images
  auto [loss, on_real, on_fake, seen_real, seen_fake] =
      discriminator_loss(loss_, networks_, real.images, augment_);
  if (penalize_)
    loss = loss + static_cast<Real>(config_.penalty_every) *
                      config_.penalty(networks_.discriminator, seen_real, seen_fake);
  discriminator_optimizer_->step(
      clipped(shared_gradients(loss, discriminator_parameters_), "d", discriminator_gradients_));

  const NoGrad constant;
  const Real share = 1 / static_cast<Real>(config_.n_dis);
  add_scaled(share, loss, sums_.discriminator);
  add_scaled(share, mean(on_real), sums_.on_real);
  add_scaled(share, mean(on_fake), sums_.on_fake);
  return real;
}

void Trainer::update_generator(const datasets::Batch& real) {
  const layers::Labels given(real.classes);
  const Tensor loss =
      generator_loss(loss_, networks_, real.images, engine::share_of(config_.g_batch), augment_);
  generator_optimizer_->step(
      clipped(shared_gradients(loss, generator_parameters_), "g", generator_gradients_));
  add_scaled(1, loss, sums_.generator);
}

// Measured every gradients_every steps, always with clipping; used only with clipping.
Trainer::Gradients Trainer::clipped(const Gradients& gradients, const char* network,
                                    analysis::GradientSpectra& spectra) {
  const bool clip = config_.clip == network || config_.clip == "both";
  if (!clip && !measure_) return gradients;
  Gradients clipped = spectra.clip(gradients);
  return clip ? clipped : gradients;
}

std::vector<analysis::GradientSpectra::Row> Trainer::gradients() const {
  std::vector<analysis::GradientSpectra::Row> rows = discriminator_gradients_.rows();
  for (analysis::GradientSpectra::Row& row : rows) row.layer = "d." + row.layer;
  for (analysis::GradientSpectra::Row& row : generator_gradients_.rows())
    rows.push_back({"g." + row.layer, row.s0, row.s1});
  return rows;
}

analysis::RunAudit Trainer::audit() const {
  constexpr Index images = 256;
  const engine::RandomState before = engine::random_state();
  models::Networks copy = networks_;
  analysis::RunAudit found =
      analysis::audit(copy, config_.constraint.text(), config_.seed, data_, images);
  engine::set_random_state(before);
  return found;
}

LossMeans Trainer::losses() {
  const double steps = static_cast<double>(sums_.steps);
  const LossMeans means{.discriminator = sums_.discriminator.item() / steps,
                        .generator = sums_.generator.item() / steps,
                        .on_real = sums_.on_real.item() / steps,
                        .on_fake = sums_.on_fake.item() / steps};
  sums_.reset();
  return means;
}

Tensor Trainer::averaged(const Tensor& noise, const Tensor& labels) {
  const NoGrad constant;
  const layers::Eval evaluate;
  const layers::Labels given(labels);
  return average_.average()(noise);
}

Tensor Trainer::samples() {
  return averaged(fixed_noise_,
                  models::labels_in_turn(networks_.classes, fixed_noise_.dim(0), 0, kShownColumns));
}

Tensor Trainer::samples(const Tensor& noise, Index first) {
  return averaged(noise, models::labels_in_turn(networks_.classes, noise.dim(0), first));
}

Index Trainer::samples_shown(const models::ImageSize& image, Index classes) {
  if (datasets::is_plane(image.height, image.width, image.channels)) return 1000;
  constexpr Index most = 16;  // rows
  return kShownColumns * (classes == 0 ? 8 : std::min(classes, most));
}

std::string Trainer::not_finite() {
  engine::TensorFile all;
  layers::store(all, "", *this);
  return training::not_finite(all);
}

Index Trainer::first_bad_step() const {
  const Index good = static_cast<Index>(sums_.good_steps.item());
  return std::min(steps_ - sums_.steps + good + 1, steps_);
}

void Trainer::archive(layers::Archive& file) {
  file("generator", networks_.generator);
  file("discriminator", networks_.discriminator);
  file("average", average_.average());
  file("generator_gradients", generator_gradients_);
  file("discriminator_gradients", discriminator_gradients_);
  file("generator_" + config_.g.optimizer.name(), *generator_optimizer_);
  file("discriminator_" + config_.d.optimizer.name(), *discriminator_optimizer_);
  file("fixed_noise", fixed_noise_);
  file("sums", sums_);
}

const std::string& Trainer::data_hash() {
  if (data_hash_.empty()) data_hash_ = metrics::content_hash(data_);
  return data_hash_;
}

void Trainer::restore(const engine::TensorFile& file, Index step) {
  layers::restore(file, "", *this);
  engine::check(sums_.steps >= 0 && sums_.steps <= step, file.path,
                ": is damaged: its loss sums cover ", sums_.steps, " steps, its run has ", step);
  // All of them were good, otherwise it would not have been saved.
  engine::overwrite(sums_.good_steps, engine::full({}, static_cast<Real>(sums_.steps)));
  steps_ = step;
  loader_.seek(steps_ * config_.n_dis);
  for (engine::Captured& captured : captured_)
    captured = engine::capture([this] { iterate(); });  // states may have moved
}

}  // namespace gan::training
