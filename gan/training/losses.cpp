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

}  // namespace

std::span<const Loss> losses() { return kLosses; }

const Loss& find_loss(const std::string& name) { return console::find(losses(), "loss", name); }

}  // namespace gan::training
