#include "gan/analysis/spectrum.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "engine/engine.h"
#include "engine/linalg.h"
#include "layers/labels.h"
#include "layers/lipschitz/audit.h"
#include "layers/lipschitz/fourier.h"
#include "layers/lipschitz/largest.h"
#include "layers/lipschitz/toeplitz.h"
#include "layers/mode.h"

namespace gan::analysis {
namespace {

using layers::LinearMap;

// Limits of an affordable Toeplitz matrix: the eigenproblem of its smaller Gram matrix takes
// seconds, the matrix itself 64 MiB.
constexpr Index kSmaller = 2048, kElements = Index{1} << 24;

// Multiplications that are affordable: some ten seconds.
constexpr double kBearable = 1e11;

bool affordable(const LinearMap& W) {
  const Index columns = W.domain().size(), rows = W.range().size();
  return std::min(columns, rows) <= kSmaller && columns * rows <= kElements;
}

// Applies the map to as many vectors as are affordable.
std::vector<double> largest(const LinearMap& W) {
  const engine::Window w = W.window();
  const double each = 2 * static_cast<double>(w.out_height * w.out_width * w.out) *
                      static_cast<double>(w.kernel_h * w.kernel_w * w.in);
  layers::LargestOptions options;
  options.most = std::clamp(static_cast<Index>(kBearable / each), options.block, options.most);
  return layers::largest_singular_values(W, options);
}

// Fills the spectra of one layer.
class Layer {
 public:
  Layer(Spectra& to, Spectrum about, const LinearMap& W)
      : to_(to), about_(std::move(about)), map_(W) {}

  void add_all() {
    const engine::Tensor matrix = flatten(map_.weight);
    add("reshaped", engine::singular_values(matrix), std::min(matrix.dim(0), matrix.dim(1)));
    if (map_.weight.rank() != 4) return;
    const Index size = std::min(map_.domain().size(), map_.range().size());
    if (affordable(map_))
      return add("toeplitz", engine::singular_values(layers::toeplitz(map_)), size);
    add("toeplitz", largest(map_), size);
    note("toeplitz", "the matrix is too large to decompose; the " +
                         std::to_string(to_.found.back().values.size()) + " largest values of " +
                         std::to_string(size) + " come from Lanczos iteration");
    add_circulant(size);
  }

 private:
  void add_circulant(Index size) {
    if (layers::circular_singular_values_cost(map_) > kBearable)
      return note("circulant", "left out: too slow for this many channels");
    std::vector<double> values = layers::circular_singular_values(map_);
    if (values.empty()) return note("circulant", "left out: the stride does not divide the image");
    size = std::ssize(values);
    add("circulant", std::move(values), size);
  }

  void add(const char* matrix, std::vector<double> values, Index size) {
    about_.matrix = matrix;
    about_.values = std::move(values);
    about_.size = size;
    to_.found.push_back(about_);
  }

  void note(const char* matrix, const std::string& text) {
    to_.notes.push_back(about_.run + ": layer " + about_.layer + ", " + matrix + ": " + text);
  }

  Spectra& to_;
  Spectrum about_;
  const LinearMap& map_;
};

}  // namespace

Spectra spectra(layers::Sequential& discriminator, const models::ImageSize& image,
                const std::string& title) {
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  const layers::Labels any = layers::Labels::any();  // the layers learn their maps
  discriminator(engine::zeros({1, image.height, image.width, image.channels}));
  Spectra result;
  for (const auto& [layer, number, param] : layers::weights(discriminator)) {
    const LinearMap raw = param->map(), W = raw.with(param->value(raw));
    Spectrum about{.run = title, .layer = layer};
    for (const layers::Constraint& constraint : param->constraints())
      if (const auto k = constraint.target()) about.k = k;
    about.certified = layers::certified_bound(*param, raw);
    Layer(result, std::move(about), W).add_all();
  }
  return result;
}

std::vector<Spectrum> kernel_spectra(layers::Sequential& discriminator,
                                     const models::ImageSize& image, const std::string& title) {
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  const layers::Labels any = layers::Labels::any();
  discriminator(engine::zeros({1, image.height, image.width, image.channels}));
  std::vector<Spectrum> found;
  for (const auto& [layer, number, param] : layers::weights(discriminator)) {
    const engine::Tensor kernel = flatten(param->value(param->map()));
    found.push_back({.run = title,
                     .layer = layer,
                     .matrix = "reshaped",
                     .values = engine::singular_values(kernel),
                     .size = std::min(kernel.dim(0), kernel.dim(1))});
  }
  return found;
}

}  // namespace gan::analysis
