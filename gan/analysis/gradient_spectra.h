// GradientSpectra: the two largest singular values s0 >= s1 of the gradient of each weight of a
// network, as passed to the optimizer; and, on request, spectral gradient clipping, which reduces
// s0 to r s1 (layers/lipschitz/gradient_clipping.h). Weights whose matrix has one row are
// unchanged. Source: Sargent, "Lipschitz Constraints in Wasserstein GANs": a discriminator's ratios
// s0/s1 are about 30 early in training and 3 later. Cost: about 24 products of each gradient with a
// vector. Errors: r <= 1, fewer than one iteration.
#pragma once

#include <string>
#include <vector>

#include "layers/lipschitz/gradient_clipping.h"
#include "layers/module.h"

namespace gan::analysis {

class GradientSpectra {
 public:
  // `network` must outlive it.
  GradientSpectra(layers::Sequential& network, const layers::SpectralGradientClipping& clipping);

  // Measures the gradients, one for each parameter of the network; returns them clipped.
  engine::TensorList clip(const engine::TensorList& gradients);

  struct Row {
    std::string layer;
    double s0 = 0, s1 = 0;
  };
  std::vector<Row> rows() const;  // as last measured; waits for the device

  void archive(layers::Archive& file);

 private:
  struct Weight {
    std::string layer;
    std::size_t parameter;  // its index among the network's
    layers::SpectralGradientClipping clipping;
    engine::State s0, s1;
  };
  std::vector<Weight> weights_;
};

}  // namespace gan::analysis
