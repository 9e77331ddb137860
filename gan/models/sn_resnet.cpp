#include "gan/models/sn_resnet.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/choices.h"
#include "gan/models/conditional.h"

namespace gan::models {
namespace {

using engine::Activation;
using namespace layers;

const engine::Real kInBlock = std::sqrt(2.0F);  // gain of the weights within blocks

template <class Layer>
Layer glorot(Layer layer, engine::Real gain = 1) {
  layer.weight.assign(glorot_uniform(layer.weight.raw().shape(), gain));
  if (layer.bias.defined()) layer.bias.assign(engine::zeros(layer.bias.raw().shape()));
  return layer;
}

Projection glorot(Projection head) {
  head.linear = glorot(std::move(head.linear));
  head.embedding.assign(glorot_uniform(head.embedding.raw().shape()));
  return head;
}

SelfAttention glorot(SelfAttention attention) {
  for (Conv2d* part : {&attention.query, &attention.key, &attention.value, &attention.out})
    *part = glorot(std::move(*part));
  return attention;
}

Conv2d conv3x3(Index in, Index out, const Constraints& constraints = {},
               Activation activation = Activation::none) {
  return glorot(Conv2d(in, out, {.kernel = 3, .padding = 1, .activation = activation}, constraints),
                kInBlock);
}

Conv2d conv1x1(Index in, Index out, const Constraints& constraints = {}) {
  return glorot(Conv2d(in, out, {.kernel = 1}, constraints));
}

// A 1x1 convolution commutes with nearest upsampling and with average pooling; the shortcuts below
// take the order that convolves the smaller image.

Residual upsampling_block(Index in, Index out, const Options& options) {
  Residual block;
  add_norm(block.main, in, options);
  block.main.add(Relu{});
  block.main.add(UpsampleNearest{});
  block.main.add(conv3x3(in, out));
  add_norm(block.main, out, options);
  block.main.add(Relu{});
  block.main.add(conv3x3(out, out));
  block.shortcut = {conv1x1(in, out), UpsampleNearest{}};
  return block;
}

// The discriminator's first block, which sees the image: without an activation before it.
Residual first_block(Index in, Index out, const Constraints& constraints) {
  return {.main = {conv3x3(in, out, constraints, Activation::relu), conv3x3(out, out, constraints),
                   AveragePool{}},
          .shortcut = {AveragePool{}, conv1x1(in, out, constraints)}};
}

Residual block(Index in, Index out, bool pool, const Constraints& constraints) {
  Residual block{.main = {Relu{}, conv3x3(in, in, constraints, Activation::relu),
                          conv3x3(in, out, constraints)}};
  if (pool) {
    block.main.add(AveragePool{});
    block.shortcut.add(AveragePool{});
  }
  if (pool || in != out) block.shortcut.add(conv1x1(in, out, constraints));
  return block;
}

// Channels after each block; each of the generator doubles the image, the first `halving` of the
// discriminator halve it.
struct Blocks {
  Index side, start;
  std::vector<Index> generator, discriminator;
  std::size_t halving;
};

// By the side of the image; the first for all other sizes. 96, which no source has, is like 64.
const Blocks& blocks_for(const ImageSize& image) {
  static const std::vector<Blocks> table = {
      {32, 256, {256, 256, 256}, {128, 128, 128, 128}, 2},
      {48, 512, {256, 128, 64}, {64, 128, 256, 512, 1024}, 4},
      {64, 1024, {512, 256, 128, 64}, {64, 128, 256, 512, 1024}, 5},
      {96, 1024, {512, 256, 128, 64}, {64, 128, 256, 512, 1024}, 5},
      {128, 1024, {1024, 512, 256, 128, 64}, {64, 128, 256, 512, 1024, 1024}, 5},
  };
  for (const Blocks& blocks : table)
    if (image.height == blocks.side && image.width == blocks.side) return blocks;
  return table[0];
}

// In both networks there are feature maps of so many rows, behind a block that scales.
void check_attention(const Blocks& blocks, const ImageSize& image, Index rows) {
  if (rows == 0) return;
  std::vector<std::string> heights;
  Index height = image.height;
  for (std::size_t i = 0; i < std::min(blocks.halving, blocks.generator.size() - 1); ++i)
    heights.push_back(std::to_string(height /= 2));
  engine::check(std::ranges::find(heights, std::to_string(rows)) != heights.end(),
                "attention=", rows,
                ": the networks have no feature maps of that height in common; use ",
                engine::alternatives(heights));
}

}  // namespace

Index sn_resnet_weights(const ImageSize& image) {
  const Blocks& blocks = blocks_for(image);
  Index layers = 1;  // the dense one
  for (std::size_t i = 0; i < blocks.discriminator.size(); ++i) {
    const bool same = i > 0 && blocks.discriminator[i] == blocks.discriminator[i - 1];
    layers += i >= blocks.halving && same ? 2 : 3;
  }
  return layers;
}

Networks sn_resnet(const ImageSize& image, const Constraints& constraints, const Options& options) {
  const Blocks& blocks = blocks_for(image);
  check_attention(blocks, image, options.attention);
  const Index z_dim = 128, scale = Index{1} << blocks.generator.size();
  Index height = image.height / scale;
  const Index width = image.width / scale;
  Sequential generator = {glorot(Linear(z_dim, height * width * blocks.start)),
                          Unflatten{height, width, blocks.start}};
  Index channels = blocks.start;
  for (const Index next : blocks.generator) {
    generator.add(upsampling_block(channels, next, options));
    channels = next;
    height *= 2;
    if (height == options.attention) generator.add(glorot(SelfAttention(channels)));
  }
  generator.add(BatchNorm(channels));  // the same for all classes, as in the authors' code
  generator.add(Relu{});
  generator.add(glorot(Conv2d(channels, image.channels,
                              {.kernel = 3, .padding = 1, .activation = Activation::tanh})));

  Sequential discriminator;
  for (std::size_t i = 0; i < blocks.discriminator.size(); ++i) {
    const Index next = blocks.discriminator[i];
    if (i == 0)
      discriminator.add(first_block(image.channels, next, constraints));
    else
      discriminator.add(block(channels, next, i < blocks.halving, constraints));
    channels = next;
    if (i < blocks.halving) height /= 2;
    if (i < blocks.halving && height == options.attention)
      discriminator.add(glorot(SelfAttention(channels, constraints)));
  }
  discriminator.add(Relu{});
  discriminator.add(GlobalSumPool{});
  add_head(discriminator, channels, {.bias = false}, constraints, options,
           [](auto head) { return glorot(std::move(head)); });
  return {std::move(generator), std::move(discriminator), z_dim};
}

}  // namespace gan::models
