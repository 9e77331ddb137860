// The network of a scorer: a small residual classifier of images [N, H, W, C] in [-1, 1], any size
// from 16 x 16 up, to logits [N, classes]. Its first layer is not trained: the principal directions
// of 2 x 2 patches of the training images and their negatives, each scaled to variance 1, so that
// training begins on whitened input.
// Sources: Page, "How to train your ResNet" (2018), for residual branches after each pooling and
// for the whitened patches; Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU" (2024), for 2
// x 2 patches, three such stages and convolutions that begin as identities. Errors: images too
// small.
#pragma once

#include "datasets/dataset.h"
#include "engine/graph/model.h"
#include "layers/module.h"

namespace scorer {

using engine::Index;

// The views that an evaluation averages over: the image, its mirror image, and the image shifted by
// a pixel along a diagonal, both ways. The cost is proportional to the number of views.
struct Views {
  bool mirrored = true, moved = true;
  Index count() const { return (mirrored ? 2 : 1) * (moved ? 3 : 1); }
};

// `width` is the number of channels of the first stage; those of the others follow.
layers::Sequential make_network(const datasets::Dataset& data, Index width, const Views& views);

// The network as an ONNX model for images [N, C, H, W] of gray levels, named `name` in its
// metadata.
engine::graph::Model make_model(layers::Sequential& network, const datasets::Dataset& data,
                                const std::string& name);

}  // namespace scorer
