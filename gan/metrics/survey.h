// Survey: what the graph of a classifier says about itself: where images go in and in which range,
// and which values are the pool features and the logits, with and without the bias.
//
// Names decide where they are well known (the graph of 2015); elsewhere the structure does: the
// last matrix product with constant weights makes the logits, and what it multiplies are the
// features; without one, the features are what the last global average pool makes.
// Cost: a few passes over the nodes. Errors: a graph without one input of images.
#pragma once

#include <string>

#include "engine/graph/graph.h"

namespace gan::metrics {

using engine::Index;

// What the numbers of an image are to be, for bytes 0 .. 255.
enum class Range {
  bytes,      // as they are
  unit,       // x / 255
  symmetric,  // (x - 128) / 128, as the graph of 2015 computes it itself
  imagenet    // (x / 255 - mean) / deviation of ImageNet's channels
};
const char* name_of(Range range);
Range range_named(const std::string& name);  // Errors: any other name

struct Survey {
  std::string input;
  Index channels = 3, height = 0, width = 0;  // 0: any
  Range range = Range::symmetric;
  std::string resize;  // inside the graph: "linear, asymmetric"; empty: none
  Index convolutions = 0, kernel_weights = 0;
  std::string features, unbiased, logits;  // names of values; empty: not found

  // The 94 convolutions and 21,751,136 kernel weights of Inception-v3.
  bool is_inception() const { return convolutions == 94 && kernel_weights == 21'751'136; }
};

// May add a node to the model: the logits without a bias that is part of a product.
Survey survey(engine::graph::Model& model);

}  // namespace gan::metrics
