#include "gan/analysis/gradient_spectra.h"

namespace gan::analysis {

GradientSpectra::GradientSpectra(layers::Sequential& network,
                                 const layers::SpectralGradientClipping& clipping) {
  std::size_t number = 0;
  layers::Visitor visitor(
      [&](const std::string& name, layers::Param& param) {
        const bool matrix = param.raw().rank() >= 2 && param.raw().dim(0) > 1;
        if (matrix && name.ends_with("weight"))
          weights_.push_back({name.substr(0, name.rfind('.')), number, clipping, {}, {}});
        ++number;
      },
      [](const std::string&, engine::State&) {});
  network.visit(visitor);
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

void GradientSpectra::store(engine::TensorFile& file, const std::string& prefix) const {
  for (const Weight& weight : weights_)
    if (weight.clipping.subspace.defined())
      file.tensors[prefix + weight.layer] = weight.clipping.subspace.value();
}

void GradientSpectra::restore(const engine::TensorFile& file, const std::string& prefix) {
  for (Weight& weight : weights_) {
    const engine::Tensor* const kept = file.find(prefix + weight.layer);
    if (kept == nullptr) {
      weight.clipping.subspace.reset();
    } else {
      weight.clipping.subspace.assign(*kept);
    }
  }
}

}  // namespace gan::analysis
