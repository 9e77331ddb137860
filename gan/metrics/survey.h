// Survey: what the graph of a classifier says about itself: where images go in, in which range and
// at which size, and which values are features and logits.
//
// Each question has a file of its own: front.h and range_rules.h (the range), head.h (the values).
// Where the graph does not say, the survey does not guess: the range is not known.
// Cost: a few passes over the nodes, and six runs of what stands before the first layer.
// Errors: a graph without one input of images.
#pragma once

#include "gan/metrics/front.h"
#include "gan/metrics/head.h"
#include "gan/metrics/range_rules.h"

namespace gan::metrics {

struct Survey : Entry {
  std::optional<FoundRange> range;
  std::string resize;    // an op before the first layer: "linear, asymmetric"; empty: none
  bool resizes = false;  // images of any size come to one inside
  Index convolutions = 0, kernel_weights = 0;
  Head head;

  // The 94 convolutions and 21,751,136 kernel weights of Inception-v3.
  bool is_inception() const { return convolutions == 94 && kernel_weights == 21'751'136; }
};

Survey survey(const engine::graph::Model& model);

}  // namespace gan::metrics
