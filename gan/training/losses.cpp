#include "gan/training/losses.h"

#include "engine/engine.h"
#include "layers/labels.h"

namespace gan::training {
namespace {

using engine::Tensor;

Tensor hinge_discriminator(const Tensor& real, const Tensor& fake) {
  return mean(relu(1 - real)) + mean(relu(1 + fake));
}

Tensor non_saturating_discriminator(const Tensor& real, const Tensor& fake) {
  return mean(softplus(-real)) + mean(softplus(fake));
}
Tensor non_saturating_generator(const Tensor&, const Tensor& fake) { return mean(softplus(-fake)); }

Tensor wasserstein_discriminator(const Tensor& real, const Tensor& fake) {
  return mean(fake) - mean(real);
}
Tensor minus_mean(const Tensor&, const Tensor& fake) { return -mean(fake); }

Tensor least_squares_discriminator(const Tensor& real, const Tensor& fake) {
  return 0.5F * mean(square(real - 1)) + 0.5F * mean(square(fake));
}
Tensor least_squares_generator(const Tensor&, const Tensor& fake) {
  return 0.5F * mean(square(fake - 1));
}

// Each output relative to the mean of the other kind.
Tensor relativistic_discriminator(const Tensor& real, const Tensor& fake) {
  return hinge_discriminator(real - mean(fake), fake - mean(real));
}
Tensor relativistic_generator(const Tensor& real, const Tensor& fake) {
  return relativistic_discriminator(fake, real);
}

constexpr Loss kLosses[] = {
    {"hinge", hinge_discriminator, minus_mean},
    {"non-saturating", non_saturating_discriminator, non_saturating_generator},
    {"wasserstein", wasserstein_discriminator, minus_mean},
    {"least-squares", least_squares_discriminator, least_squares_generator},
    {"relativistic-hinge", relativistic_discriminator, relativistic_generator,
     /*generator_uses_real=*/true},
};

Tensor fakes(models::Networks& networks, engine::Index count) {
  return networks.generator(engine::normal_per_sample({count, networks.z_dim}));
}

// As many at random; of unconditional networks none.
Tensor any_classes(const models::Networks& networks, engine::Index count) {
  if (networks.classes == 0) return {};
  return floor(engine::uniform_per_sample({count}, 0, static_cast<engine::Real>(networks.classes)));
}

}  // namespace

engine::Table<Loss>& losses() {
  static engine::Table<Loss> table("loss", kLosses);
  return table;
}

DiscriminatorLoss discriminator_loss(const Loss& loss, models::Networks& networks,
                                     const Tensor& real, const Augmenter& augment) {
  Tensor seen_real, seen_fake;
  {
    const engine::NoGrad constant;
    seen_fake = augment(fakes(networks, real.dim(0)));
    seen_real = augment(real);
  }
  const models::Scores mine = models::judge(networks.discriminator, seen_real, seen_fake);
  const Tensor on_real = whole_batch(mine.real), on_fake = whole_batch(mine.fake);
  return {loss.discriminator(on_real, on_fake), on_real, on_fake, seen_real, seen_fake};
}

Tensor generator_loss(const Loss& loss, models::Networks& networks, const Tensor& real,
                      engine::Index count, const Augmenter& augment) {
  const Tensor on_fake = [&] {
    const layers::Labels given(any_classes(networks, count));
    return whole_batch(networks.discriminator(augment(fakes(networks, count))));
  }();
  if (!loss.generator_uses_real) return loss.generator({}, on_fake);
  const Tensor on_real = [&] {  // second: the constraints' values are then on the tape already
    const engine::NoGrad constant;
    return whole_batch(networks.discriminator(augment(real)));
  }();
  return loss.generator(on_real, on_fake);
}

const Loss& find_loss(const std::string& name) { return losses().find(name); }

}  // namespace gan::training
