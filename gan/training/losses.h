// The losses of discriminator and generator, given the discriminator's outputs r = D(real) and f =
// D(fake), each [N, 1], with E the mean over the batch:
//
//   name            discriminator                            generator          source
//   hinge           E max(0, 1 - r) + E max(0, 1 + f)        -E f               Miyato et al. (2018)
//   non-saturating  E softplus(-r) + E softplus(f)           E softplus(-f)     Goodfellow (2014)
//   wasserstein     E f - E r                                -E f               Arjovsky (2017)
//   least-squares   1/2 E (r - 1)^2 + 1/2 E f^2              1/2 E (f - 1)^2    Mao et al. (2017)
//   relativistic-hinge  the hinge loss of r - E f and f - E r; the generator's is the same with
//                   real and fake exchanged                  Jolicoeur-Martineau (2019)
//
// A generator's loss may use r too, for the step's last real images, held constant; its row says
// so. In a shared batch (engine/shared_batch.h) a loss sees the outputs of the whole batch. Hinge:
// first in Lim and Ye (2017). Errors: an unknown name, with the known ones. Cost: negligible.
#pragma once

#include <string>

#include "engine/table.h"
#include "engine/tensor.h"
#include "gan/models/models.h"
#include "gan/training/augmentations.h"

namespace gan::training {

struct Loss {
  const char* name;
  engine::Tensor (*discriminator)(const engine::Tensor& real, const engine::Tensor& fake);
  engine::Tensor (*generator)(const engine::Tensor& real, const engine::Tensor& fake);
  bool generator_uses_real = false;  // else `real` is empty there
};

engine::Table<Loss>& losses();
const Loss& find_loss(const std::string& name);

// The loss of one update of each network. The discriminator sees as many fakes as real images, in
// one pass; the fakes are made without recording. All images are augmented.
// Conditional networks take the classes of the real images from layers::Labels. The fakes of a
// discriminator update have the same classes, because a penalty between a real image and a fake
// needs one class (sngan_projection draws their classes). The classes of a generator update are
// drawn uniformly.
struct DiscriminatorLoss {
  engine::Tensor loss, on_real, on_fake;  // of the whole batch
  engine::Tensor real, fake;              // the images as it saw them
};
DiscriminatorLoss discriminator_loss(const Loss& loss, models::Networks& networks,
                                     const engine::Tensor& real, const Augmenter& augment = {});
engine::Tensor generator_loss(const Loss& loss, models::Networks& networks,
                              const engine::Tensor& real, engine::Index fakes,
                              const Augmenter& augment = {});

}  // namespace gan::training
