// Optimizers: they move their parameters into one flat block of memory and update it in place.
// After a step every constraint is evaluated again.
//   Adam adam({.lr = 2e-4f, .beta1 = 0, .beta2 = 0.9f}, critic.parameters());
//   adam.step(grad(loss, critic.parameters()));
// In a captured step each replay counts as one step, with the learning rate set before it. An
// optimizer must therefore not move in memory. Cost: one pass over the block; memory for one (Sgd,
// RmsProp) or two (Adam) more blocks of its size. Errors: gradients that do not match the
// parameters.
#pragma once

#include <span>
#include <vector>

#include "engine/engine.h"
#include "layers/archive.h"
#include "layers/param.h"

namespace layers {

// Parameters side by side in one tensor, and a gradient tensor to match.
class FlatBlock {
 public:
  explicit FlatBlock(std::vector<Param*> parameters);
  // The gradients, side by side.
  const engine::Tensor& gather(std::span<const engine::Tensor> gradients);
  const engine::Tensor& values() const { return values_; }
  void stepped();  // tells every parameter that it has been updated

 private:
  std::vector<Param*> parameters_;
  engine::Tensor values_, gradients_;
};

// The interface shared by all optimizers.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual void step(std::span<const engine::Tensor> gradients) = 0;
  void step(std::initializer_list<engine::Tensor> gradients) {
    step(std::span(gradients.begin(), gradients.size()));
  }
  virtual void set_lr(engine::Real lr) = 0;
  virtual void archive(Archive& file) = 0;  // everything kept between steps
};

// The settings of Adam; the defaults of PyTorch.
struct AdamOptions {
  engine::Real lr = 1e-3F;
  engine::Real beta1 = 0.9F, beta2 = 0.999F;
  engine::Real epsilon = 1e-8F;
};

// Source: Kingma and Ba, "Adam" (2015).
class Adam : public Optimizer {
 public:
  Adam(const AdamOptions& options, std::vector<Param*> parameters);
  using Optimizer::step;
  void step(std::span<const engine::Tensor> gradients) override;
  void set_lr(engine::Real lr) override { options_.lr = lr; }
  void archive(Archive& file) override;  // moments and step count

 private:
  engine::AdamStep next();  // counts one more step

  AdamOptions options_;
  FlatBlock block_;
  engine::Tensor m_, v_;
  engine::Index steps_ = 0;
};

// The settings of RmsProp; the defaults of PyTorch.
struct RmsPropOptions {
  engine::Real lr = 1e-2F;
  engine::Real alpha = 0.99F;
  engine::Real epsilon = 1e-8F;
};

// As in PyTorch: v = alpha v + (1 - alpha) g^2, w -= lr g / (sqrt(v) + epsilon). It is Adam without
// its first moment and corrections.
// Source: Tieleman and Hinton, lecture 6.5 of "Neural Networks for Machine Learning" (2012).
class RmsProp : public Optimizer {
 public:
  RmsProp(const RmsPropOptions& options, std::vector<Param*> parameters);
  using Optimizer::step;
  void step(std::span<const engine::Tensor> gradients) override;
  void set_lr(engine::Real lr) override { options_.lr = lr; }
  void archive(Archive& file) override;

 private:
  RmsPropOptions options_;
  FlatBlock block_;
  engine::Tensor v_;
};

// The settings of Sgd.
struct SgdOptions {
  engine::Real lr = 1e-2F;
  engine::Real momentum = 0;
  engine::Real weight_decay = 0;
  bool nesterov = false;
};

// As in PyTorch: with g the gradient + weight_decay w, and b = momentum b + g,
// w -= lr b or, if nesterov, w -= lr (g + momentum b).
// Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in
// deep learning" (2013).
class Sgd : public Optimizer {
 public:
  Sgd(const SgdOptions& options, std::vector<Param*> parameters);
  using Optimizer::step;
  void step(std::span<const engine::Tensor> gradients) override;
  void set_lr(engine::Real lr) override { options_.lr = lr; }
  void archive(Archive& file) override;

 private:
  SgdOptions options_;
  FlatBlock block_;
  engine::Tensor velocity_;
};

}  // namespace layers
