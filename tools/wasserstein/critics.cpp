#include "tools/wasserstein/critics.h"

namespace wasserstein {
namespace {

using engine::Real;
using layers::Linear;
using layers::Sequential;

constexpr int kIterations = 5;  // of the power method, in each step, as the published ones
constexpr int kBjorckSteps = 6;

// Of layers that are made by `linear(in, out)`.
template <class MakeLinear, class Activation>
Sequential mlp(const CriticSize& size, const MakeLinear& linear, Activation activation) {
  Sequential critic;
  Index in = size.dimension;
  for (Index i = 0; i < size.depth; ++i) {
    critic.add(linear(in, size.width));
    critic.add(activation);
    in = size.width;
  }
  critic.add(linear(in, 1));
  return critic;
}

template <class... Constraints>
auto linear(Constraints... constraints) {
  return [=](Index in, Index out) { return Linear(in, out, constraints...); };
}

// Points as images of one channel, as square as the dimension allows; `Constraint` holds each
// convolution and the linear layer at the end.
template <class Constraint>
Sequential convolutional(const CriticSize& size) {
  Index height = 1;
  for (Index h = 2; h * h <= size.dimension; ++h)
    if (size.dimension % h == 0) height = h;
  const Index width = size.dimension / height;
  Sequential critic(layers::Unflatten{height, width, 1});
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

}  // namespace

std::span<const Critic> critics() {
  static const Critic all[] = {
      {.name = "clip",
       .what = "MLP of ReLU, weights clipped to 0.04",
       .build = [](const CriticSize& s) {
         return mlp(s, linear(layers::WeightClip{0.04F}), layers::Relu{});
       },
       .proven = false,
       .adam = {.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F},
       .decays = false,
       .published = "wgan"},
      {.name = "gp",
       .what = "MLP of ReLU, gradient penalty (lambda 10)",
       .build = [](const CriticSize& s) { return mlp(s, linear(), layers::Relu{}); },
       .penalty = Penalty{.weight = 10, .one_sided = false},
       .proven = false,
       .adam = {.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F},
       .decays = false,
       .published = "wgan-gp"},
      {.name = "lp",
       .what = "MLP of ReLU, one-sided gradient penalty (lambda 10)",
       .build = [](const CriticSize& s) { return mlp(s, linear(), layers::Relu{}); },
       .penalty = Penalty{.weight = 10, .one_sided = true},
       .proven = false,
       .adam = {.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F},
       .decays = false,
       .published = "wgan-lp"},
      {.name = "spectral",
       .what = "MLP of ReLU, spectral normalization",
       .build = [](const CriticSize& s) {
         return mlp(s, linear(layers::SpectralNorm{kIterations}), layers::Relu{});
       },
       .adam = {.lr = 2e-4F, .beta1 = 0, .beta2 = 0.9F},
       .decays = false,
       .published = "sn-gan"},
      {.name = "orthonormal",
       .what = "MLP of MaxMin, orthonormal weights (spectral + bjorck)",
       .build = [](const CriticSize& s) {
         return mlp(s, linear(layers::SpectralNorm{}, layers::Bjorck{kBjorckSteps}),
                    layers::MaxMin{});
       },
       .adam = {.lr = 2e-3F, .beta1 = 0.9F, .beta2 = 0.99F},
       .published = "sort-out"},
      {.name = "toeplitz",
       .what = "convolutions and MaxMin, Toeplitz normalization",
       .build = convolutional<layers::ToeplitzNorm>,
       .adam = {.lr = 2e-3F, .beta1 = 0.9F, .beta2 = 0.99F}},
      {.name = "aol",
       .what = "convolutions and MaxMin, almost orthogonal layers",
       .build = convolutional<layers::Aol>,
       .adam = {.lr = 2e-3F, .beta1 = 0.9F, .beta2 = 0.99F}},
  };
  return all;
}

}  // namespace wasserstein
