#include "layers/optim.h"

#include <cmath>

#include "engine/update.h"

namespace layers {

using namespace engine;

FlatBlock::FlatBlock(std::vector<Param*> parameters) : parameters_(std::move(parameters)) {
  Index total = 0;
  for (const Param* param : parameters_) total += param->raw().size();
  values_ = zeros({total});
  gradients_ = zeros({total});
  Index offset = 0;
  for (Param* param : parameters_) {
    param->move_into(values_, offset);
    offset += param->raw().size();
  }
}

const Tensor& FlatBlock::gather(std::span<const Tensor> gradients) {
  check(gradients.size() == parameters_.size(), "optimizer: ", gradients.size(), " gradients for ",
        parameters_.size(), " parameters");
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    check(gradients[i].shape() == parameters_[i]->raw().shape(), "optimizer: gradient ", i, " is ",
          gradients[i].shape(), " but its parameter ", parameters_[i]->raw().shape());
  }
  overwrite(gradients_, gradients);
  return gradients_;
}

void FlatBlock::stepped() {
  PowerIterations together;
  for (Param* param : parameters_) {
    param->stepped();
    param->advance(together);
  }
  try {
    power_iteration(together);
  } catch (...) {  // then their states have not advanced
    for (Param* param : parameters_) param->changed();
    throw;
  }
}

Adam::Adam(const AdamOptions& options, std::vector<Param*> parameters)
    : options_(options),
      block_(std::move(parameters)),
      m_(zeros(block_.values().shape())),
      v_(zeros(block_.values().shape())) {}

AdamStep Adam::next() {
  ++steps_;
  const auto correction = [&](Real beta) {
    return static_cast<Real>(1 - std::pow(double{beta}, static_cast<double>(steps_)));
  };
  return {.lr = options_.lr,
          .beta1 = options_.beta1,
          .beta2 = options_.beta2,
          .epsilon = options_.epsilon,
          .correction1 = correction(options_.beta1),
          .correction2 = correction(options_.beta2)};
}

void Adam::step(std::span<const Tensor> gradients) {
  const Tensor& g = block_.gather(gradients);
  adam_update(live<AdamStep>([this] { return next(); }), g, m_, v_, block_.values());
  block_.stepped();
}

void Adam::archive(Archive& file) {
  file("m", m_);
  file("v", v_);
  file("steps", steps_);
}

RmsProp::RmsProp(const RmsPropOptions& options, std::vector<Param*> parameters)
    : options_(options), block_(std::move(parameters)), v_(zeros(block_.values().shape())) {}

void RmsProp::step(std::span<const Tensor> gradients) {
  const Tensor& g = block_.gather(gradients);
  const auto next = [this] {
    return AdamStep{.lr = options_.lr,
                    .beta1 = 0,
                    .beta2 = options_.alpha,
                    .epsilon = options_.epsilon,
                    .correction1 = 1,
                    .correction2 = 1};
  };
  // Where beta1 is 0 the first moment is the gradient: one tensor serves as both.
  adam_update(live<AdamStep>(next), g, g, v_, block_.values());
  block_.stepped();
}

void RmsProp::archive(Archive& file) { file("v", v_); }

Sgd::Sgd(const SgdOptions& options, std::vector<Param*> parameters)
    : options_(options), block_(std::move(parameters)), velocity_(zeros(block_.values().shape())) {}

void Sgd::step(std::span<const Tensor> gradients) {
  const Tensor& g = block_.gather(gradients);
  if (options_.weight_decay != 0) add_scaled(options_.weight_decay, block_.values(), g);
  lerp(1 - options_.momentum, zeros(g.shape()), velocity_);  // velocity *= momentum
  add_scaled(1, g, velocity_);
  if (options_.nesterov) add_scaled(options_.momentum, velocity_, g);
  add_scaled(live<Real>([this] { return -options_.lr; }), options_.nesterov ? g : velocity_,
             block_.values());
  block_.stepped();
}

void Sgd::archive(Archive& file) { file("velocity", velocity_); }

}  // namespace layers
