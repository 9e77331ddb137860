// Critics by name: the networks that `wasserstein bench` trains, one row each in critics.cpp, and
// one that the user puts together.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layers/layers.h"

namespace wasserstein {

using engine::Index;

struct CriticSize {
  Index dimension, width, depth;  // of the points; of the hidden layers, and how many
};

struct Penalty {
  engine::Real weight;
  bool one_sided;  // slopes below 1 cost nothing
};

struct Critic {
  std::string name, what;
  std::function<layers::Sequential(const CriticSize&)> build;
  Index (*width)(Index dimension);  // where the user gives none
  Index depth = 2;                  // likewise; 0: it has no layers
  std::optional<Penalty> penalty = {};
  layers::AdamOptions adam = {.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F};
  bool decays = false;         // the learning rate, linearly to zero
  std::string published = "";  // the method of the published table that it repeats
};

std::span<const Critic> critics();

// An MLP of this activation, whose weights have a constraint as `gan train` takes it. Errors: text
// that is not a constraint, an unknown activation.
Critic custom_critic(const std::string& constraint, const std::string& activation);
std::vector<std::string> activation_names();

}  // namespace wasserstein
