#include "gan/analysis/gradient_spectra.h"

namespace gan::analysis {

GradientSpectra::GradientSpectra(layers::Sequential& network,
                                 const layers::SpectralGradientClipping& clipping) {
  for (const layers::Weight& weight : layers::weights(network))
    if (weight.param->raw().dim(0) > 1)
      weights_.push_back({weight.layer, weight.number, clipping, {}, {}});
}

engine::TensorList GradientSpectra::clip(const engine::TensorList& gradients) {
  engine::TensorList result = gradients;
  for (Weight& weight : weights_) {
    const auto [clipped, s0, s1] = weight.clipping(gradients[weight.parameter]);
    result[weight.parameter] = clipped;
    weight.s0.assign(s0);
    weight.s1.assign(s1);
  }
  return result;
}

std::vector<GradientSpectra::Row> GradientSpectra::rows() const {
  std::vector<Row> rows;
  for (const Weight& weight : weights_)
    if (weight.s0.defined())
      rows.push_back({weight.layer, weight.s0.value().item(), weight.s1.value().item()});
  return rows;
}

void GradientSpectra::archive(layers::Archive& file) {
  for (Weight& weight : weights_) {
    engine::State& subspace = weight.clipping.subspace;
    if (file.restores()) subspace.reset();  // the file has none if nothing was measured yet
    file(weight.layer, subspace);
  }
}

}  // namespace gan::analysis
