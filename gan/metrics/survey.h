// Survey: what a classifier's graph determines: the image input, its range and size, and the values
// that are features and logits.
//
// Each question has its own file: front.h and range_rules.h (the range), head.h (the values). If
// the graph does not determine the range, it is unknown; nothing is guessed. Cost: a few passes
// over the nodes, and six runs of the nodes before the first layer. Errors: a graph without exactly
// one image input.
#pragma once

#include "gan/metrics/front.h"
#include "gan/metrics/head.h"
#include "gan/metrics/range_rules.h"

namespace gan::metrics {

struct Survey : Entry {
  std::optional<FoundRange> range;
  std::string resize;    // an op before the first layer: "linear, asymmetric"; empty: none
  bool resizes = false;  // resizes images of any size inside the graph
  Index convolutions = 0, kernel_weights = 0;
  Head head;

  // The 94 convolutions and 21,751,136 kernel weights of Inception-v3.
  bool is_inception() const { return convolutions == 94 && kernel_weights == 21'751'136; }
};

Survey survey(const engine::graph::Model& model);

}  // namespace gan::metrics
