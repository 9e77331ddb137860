#include "tools/wasserstein/critics.h"

#include <algorithm>
#include <cmath>

#include "engine/table.h"
#include "gan/training/constraints.h"

namespace wasserstein {
namespace {

using layers::Linear;
using layers::Sequential;

constexpr int kPublishedIterations = 5;  // of the power method, in each step
constexpr int kBjorckSteps = 6;
constexpr engine::Real kClip = 0.04F;
constexpr layers::AdamOptions kFast = {.lr = 2e-3F, .beta1 = 0.9F, .beta2 = 0.99F};

using Chain = std::vector<layers::Constraint>;
using AddActivation = void (*)(Sequential&);

template <class Activation>
void add(Sequential& network) {
  network.add(Activation{});
}

struct NamedActivation {
  std::string name;
  AddActivation add;
};

std::span<const NamedActivation> activations() {
  static const NamedActivation all[] = {{"relu", add<layers::Relu>},
                                        {"leaky_relu", add<layers::LeakyRelu>},
                                        {"maxmin", add<layers::MaxMin>},
                                        {"tanh", add<layers::Tanh>},
                                        {"softplus", add<layers::Softplus>}};
  return all;
}

Sequential mlp(const CriticSize& size, const Chain& chain, AddActivation add_activation) {
  Sequential critic;
  Index in = size.dimension;
  for (Index i = 0; i < size.depth; ++i) {
    critic.add(Linear(in, size.width, {}, chain));
    add_activation(critic);
    in = size.width;
  }
  critic.add(Linear(in, 1, {}, chain));
  return critic;
}

template <class Activation>
auto mlp_of(const Chain& chain) {
  return [chain](const CriticSize& size) { return mlp(size, chain, add<Activation>); };
}

// Weights with all singular values 1. Biases start small, so that kinks lie among the points.
Sequential orthonormal(const CriticSize& size) {
  constexpr engine::Real kBias = 0.05F;
  Sequential critic =
      mlp(size, {layers::SpectralNorm{}, layers::Bjorck{kBjorckSteps}}, add<layers::MaxMin>);
  for (layers::Param* param : critic.parameters())
    if (param->raw().rank() == 1)
      param->assign(engine::uniform(param->raw().shape(), -kBias, kBias));
  return critic;
}

// Centers start in a cube that fills [-2.5, 2.5]^2 and shrinks so that their distance from the
// origin stays the same in more dimensions: then each cone is the maximum somewhere.
Sequential cones(const CriticSize& size) {
  const auto spread =
      static_cast<engine::Real>(2.5 * std::sqrt(2.0 / static_cast<double>(size.dimension)));
  return Sequential(layers::Cones(size.dimension, size.width, spread));
}

// Points as images of one channel, as square as the dimension allows. `Constraint` holds each
// convolution and the linear layer at the end.
template <class Constraint>
Sequential convolutional(const CriticSize& size) {
  Index height = 1;
  for (Index h = 2; h * h <= size.dimension; ++h)
    if (size.dimension % h == 0) height = h;
  Sequential critic(layers::Unflatten{height, size.dimension / height, 1});
  Index in = 1;
  for (Index i = 0; i < size.depth; ++i) {
    critic.add(layers::Conv2d(in, size.width, {.kernel = 3, .padding = 1}, Constraint{}));
    critic.add(layers::MaxMin{});
    in = size.width;
  }
  critic.add(layers::Flatten{});
  critic.add(Linear(in * size.dimension, 1, Constraint{}));
  return critic;
}

gan::training::ConstraintChain read_chain(const std::string& text) {
  try {
    return {text};
  } catch (const engine::Error& error) {
    engine::fail("--constraint=", error.what());
  }
}

Index published_width(Index dimension) { return std::max<Index>(2 * dimension, 128); }
Index channels(Index) { return 16; }
Index number_of_cones(Index) { return 1024; }

}  // namespace

std::span<const Critic> critics() {
  static const Critic all[] = {
      {.name = "cones",
       .what = "maximum of as many cones of slope 1 as --width",
       .build = cones,
       .width = number_of_cones,
       .depth = 0,
       .adam = {.lr = 1e-2F, .beta1 = 0.9F, .beta2 = 0.99F},
       .decays = true},
      {.name = "orthonormal",
       .what = "MLP of MaxMin, orthonormal weights (spectral + bjorck)",
       .build = orthonormal,
       .width = published_width,
       .depth = 3,
       .adam = kFast,
       .decays = true,
       .published = "sort-out"},
      {.name = "spectral",
       .what = "MLP of ReLU, spectral normalization",
       .build = mlp_of<layers::Relu>({layers::SpectralNorm{kPublishedIterations}}),
       .width = published_width,
       .published = "sn-gan"},
      {.name = "gp",
       .what = "MLP of ReLU, gradient penalty (two-sided, weight 10)",
       .build = mlp_of<layers::Relu>({}),
       .width = published_width,
       .penalty = Penalty{.weight = 10, .one_sided = false},
       .published = "wgan-gp"},
      {.name = "lp",
       .what = "MLP of ReLU, gradient penalty (one-sided, weight 10)",
       .build = mlp_of<layers::Relu>({}),
       .width = published_width,
       .penalty = Penalty{.weight = 10, .one_sided = true},
       .published = "wgan-lp"},
      {.name = "clip",
       .what = "MLP of ReLU, weights clipped to 0.04",
       .build = mlp_of<layers::Relu>({layers::WeightClip{kClip}}),
       .width = published_width,
       .published = "wgan"},
      {.name = "toeplitz",
       .what = "convolutions and MaxMin, Toeplitz normalization",
       .build = convolutional<layers::ToeplitzNorm>,
       .width = channels,
       .adam = kFast,
       .decays = true},
      {.name = "aol",
       .what = "convolutions and MaxMin, almost orthogonal layers",
       .build = convolutional<layers::Aol>,
       .width = channels,
       .adam = kFast,
       .decays = true},
  };
  return all;
}

Critic custom_critic(const std::string& constraint, const std::string& activation) {
  const gan::training::ConstraintChain chain = read_chain(constraint);
  const NamedActivation& chosen = engine::find_row(activations(), "activation", activation);
  return {.name = "custom",
          .what = "MLP of " + activation + ", constraint " + constraint,
          .build = [chain, add = chosen.add](
                       const CriticSize& size) { return mlp(size, chain(size.depth + 1), add); },
          .width = published_width,
          .adam = kFast,
          .decays = true};
}

std::vector<std::string> activation_names() { return engine::names_of(activations()); }

}  // namespace wasserstein
