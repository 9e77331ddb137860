// Training of a scorer: stochastic gradient descent with Nesterov momentum on the cross-entropy
// with smoothed labels, on images mirrored, shifted and cut out at random; the learning rate rises
// linearly, then falls linearly to 0 (one cycle). Batch norms keep their scales at 1, and learn
// their shifts at a separate rate, far above that of the weights. Sources: Page, "How to train your
// ResNet" (2018), 8, for fixed scales and fast shifts; Jordan, "94% on CIFAR-10 in 3.29 seconds on
// a single GPU" (2024), for a factor of 64. Several processes (engine/collective.h) share each
// batch, and compute what one would; rank 0 decides when to stop. Errors: a non-finite loss; a batch
// that they cannot share evenly.
#pragma once

#include <limits>

#include "datasets/dataset.h"
#include "engine/graph/graph.h"
#include "layers/module.h"

namespace scorer {

using engine::Index;

struct TrainingOptions {
  double epochs = 8;
  double minutes = std::numeric_limits<double>::infinity();  // the cycle ends by then
  Index batch = 256;
  double lr = 0.25;     // at its peak
  double bias_lr = 64;  // of the shifts of batch norms, as a multiple of lr
  double momentum = 0.9, weight_decay = 1e-3, label_smoothing = 0.1;
  double warmup = 0.2;  // the part of the training in which the rate rises
  int shift = 2;        // pixels
  int cutout = 0;       // side of the square, pixels
  bool flip = true;
  std::uint64_t seed = 0;
};

// Returns whether it finished; false: interrupted.
bool train(layers::Sequential& network, const datasets::Dataset& data,
           const TrainingOptions& options);

// The accuracy of the scorer as exported: the fraction of images whose largest logit is that of
// their class. All processes must call it: each takes a part of the images.
double accuracy(const engine::graph::Graph& scorer, const datasets::Dataset& data);

}  // namespace scorer
