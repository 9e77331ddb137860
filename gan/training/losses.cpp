#include "gan/training/losses.h"

#include "engine/engine.h"
#include "gan/console/table.h"

namespace gan::training {
namespace {

using engine::Tensor;

Tensor hinge_discriminator(const Tensor& real, const Tensor& fake) {
  return mean(relu(1 - real)) + mean(relu(1 + fake));
}

Tensor non_saturating_discriminator(const Tensor& real, const Tensor& fake) {
  return mean(softplus(-real)) + mean(softplus(fake));
}
Tensor non_saturating_generator(const Tensor& fake) { return mean(softplus(-fake)); }

Tensor wasserstein_discriminator(const Tensor& real, const Tensor& fake) {
  return mean(fake) - mean(real);
}
Tensor minus_mean(const Tensor& fake) { return -mean(fake); }

Tensor least_squares_discriminator(const Tensor& real, const Tensor& fake) {
  return 0.5F * mean(square(real - 1)) + 0.5F * mean(square(fake));
}
Tensor least_squares_generator(const Tensor& fake) { return 0.5F * mean(square(fake - 1)); }

constexpr Loss kLosses[] = {
    {"hinge", hinge_discriminator, minus_mean},
    {"non-saturating", non_saturating_discriminator, non_saturating_generator},
    {"wasserstein", wasserstein_discriminator, minus_mean},
    {"least-squares", least_squares_discriminator, least_squares_generator},
};

Tensor fakes(models::Networks& networks, engine::Index count) {
  return networks.generator(engine::normal({count, networks.z_dim}));
}

}  // namespace

std::span<const Loss> losses() { return kLosses; }

DiscriminatorLoss discriminator_loss(const Loss& loss, models::Networks& networks,
                                     const Tensor& real) {
  Tensor fake;
  {
    const engine::NoGrad constant;
    fake = fakes(networks, real.dim(0));
  }
  const auto [on_real, on_fake] = models::judge(networks.discriminator, real, fake);
  return {loss.discriminator(on_real, on_fake), on_real, on_fake};
}

Tensor generator_loss(const Loss& loss, models::Networks& networks, engine::Index count) {
  return loss.generator(networks.discriminator(fakes(networks, count)));
}

const Loss& find_loss(const std::string& name) { return console::find(losses(), "loss", name); }

}  // namespace gan::training
