// Gradient penalties on a critic's slopes, instead of or besides a constraint. The slope at a
// sample is the norm of the critic's gradient with respect to that sample.
//
//   loss = loss + GradientPenalty{.lambda = 10}(critic, real, fake);
//   loss = loss + mean(square(slopes(critic, between(real, fake))));  // or your own
//
// A penalty is a value that is called with the critic and its samples, real and fake [N, ...], and
// returns one number. To add one, write a struct and a line in for_each_penalty: gan train finds it
// by name, with the options that it visits. Sources: see each penalty. Cost: a forward and a
// backward pass; about twice that again to differentiate them.
#pragma once

#include "engine/engine.h"
#include "layers/module.h"

namespace layers {

// Samples at random positions between those of a and b, drawn per sample. Errors: different shapes.
inline engine::Tensor between(const engine::Tensor& a, const engine::Tensor& b) {
  engine::check(a.shape() == b.shape(), "between: samples must have the same shape, got ",
                a.shape(), " and ", b.shape());
  const engine::Tensor places = engine::uniform_per_sample({a.dim(0), 1});
  const engine::Tensor from = reshape(a, {a.dim(0), -1}), to = reshape(b, {b.dim(0), -1});
  return reshape(from + places * (to - from), a.shape());
}

// The squared slope of `critic` at each sample of x [N, ...], or of the whole batch if it is
// shared: [N], differentiable. The critic must treat samples independently (no batch norm).
inline engine::Tensor squared_slopes(Sequential& critic, const engine::Tensor& x) {
  const engine::Tensor at = x.detach();
  const engine::Tensor gradient = grad(sum(critic(at)), {at}, /*differentiable=*/true)[0];
  return whole_batch(sum(square(reshape(gradient, {x.dim(0), -1})), {1}));
}

// The slopes themselves. At slope zero the derivative is zero.
inline engine::Tensor slopes(Sequential& critic, const engine::Tensor& x) {
  constexpr engine::Real kSmallest = 1e-12F;  // the root's derivative is infinite at zero
  return sqrt(squared_slopes(critic, x) + kSmallest);
}

// lambda E (slope - target)^2 between real and fake: WGAN-GP.
// Source: Gulrajani et al., "Improved Training of Wasserstein GANs" (2017), equation 3.
struct GradientPenalty {
  engine::Real lambda = 10, target = 1;

  engine::Tensor operator()(Sequential& critic, const engine::Tensor& real,
                            const engine::Tensor& fake) const {
    return lambda * mean(square(slopes(critic, between(real, fake)) - target));
  }
  template <class V>
  void options(V& v) {
    v("lambda", lambda);
    v("target", target);
  }
};

// lambda E max(0, slope - 1)^2 between real and fake: one-sided, WGAN-LP.
// Source: Petzka, Fischer and Lukovnikov, "On the regularization of Wasserstein GANs" (2018),
// equation 8.
struct LipschitzPenalty {
  engine::Real lambda = 10;

  engine::Tensor operator()(Sequential& critic, const engine::Tensor& real,
                            const engine::Tensor& fake) const {
    return lambda * mean(square(relu(slopes(critic, between(real, fake)) - 1)));
  }
  template <class V>
  void options(V& v) {
    v("lambda", lambda);
  }
};

// gamma / 2 E slope^2 at the real samples.
// Source: Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do actually Converge?"
// (2018), equation 9.
struct R1 {
  engine::Real gamma = 10;

  engine::Tensor operator()(Sequential& critic, const engine::Tensor& real,
                            const engine::Tensor&) const {
    return gamma / 2 * mean(squared_slopes(critic, real));
  }
  template <class V>
  void options(V& v) {
    v("gamma", gamma);
  }
};

// gamma / 2 E slope^2 at the fakes. Source: as R1, equation 10.
struct R2 {
  engine::Real gamma = 10;

  engine::Tensor operator()(Sequential& critic, const engine::Tensor&,
                            const engine::Tensor& fake) const {
    return gamma / 2 * mean(squared_slopes(critic, fake));
  }
  template <class V>
  void options(V& v) {
    v("gamma", gamma);
  }
};

// lambda max slope^2 between real and fake: only the steepest sample of a batch counts. Source:
// Zhou et al., "Lipschitz Generative Adversarial Nets" (2019), section 5. Their code uses lambda
// from 0.01 to 10, by default 0.1; the default here, 10, is StudioGAN's.
struct MaxGradientPenalty {
  engine::Real lambda = 10;

  engine::Tensor operator()(Sequential& critic, const engine::Tensor& real,
                            const engine::Tensor& fake) const {
    return lambda * max(squared_slopes(critic, between(real, fake)));
  }
  template <class V>
  void options(V& v) {
    v("lambda", lambda);
  }
};

// The list of penalties: calls visit(name, penalty, help) for each.
template <class Visit>
void for_each_penalty(const Visit& visit) {
  visit("gp", GradientPenalty{},
        "lambda E (slope - target)^2 between real and fake (WGAN-GP, Gulrajani et al. 2017)");
  visit("lp", LipschitzPenalty{},
        "lambda E max(0, slope - 1)^2 between real and fake (WGAN-LP, Petzka et al. 2018)");
  visit("r1", R1{}, "gamma / 2 E slope^2 at real images (Mescheder et al. 2018)");
  visit("r2", R2{}, "gamma / 2 E slope^2 at fakes (Mescheder et al. 2018)");
  visit("max-gp", MaxGradientPenalty{},
        "lambda max slope^2 between real and fake, of each batch (Zhou et al. 2019)");
}

}  // namespace layers
