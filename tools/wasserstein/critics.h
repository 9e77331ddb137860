// Critics by name: the networks that `wasserstein bench` trains, one row each in critics.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>

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
  layers::Sequential (*build)(const CriticSize& size);
  std::optional<Penalty> penalty = {};
  bool proven = true;                   // built so that its Lipschitz bound is 1
  layers::AdamOptions adam = {};
  bool decays = true;                   // the learning rate, to zero
  const char* published = "";           // the method of the published table that it resembles
};

std::span<const Critic> critics();

}  // namespace wasserstein
