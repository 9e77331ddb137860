// The spectra of discriminators: singular values of the weight that each layer uses, as up to three
// matrices, beside its constraint's target norm k and the certified bound. A constraint that passes
// only a few directions shows as a curve that drops at once: the spectral collapse of Miyato et al.
// (2018), Figure 3.
//
//   reshaped   the reshaped kernel: all values
//   toeplitz   the convolution itself: all values if the matrix can be formed, else the largest
//              (layers/lipschitz/largest.h)
//   circulant  the convolution on a torus, by Fourier transforms: all values; shown where toeplitz
//              has only the largest, which it approximates on images much larger than the kernel
//
// Cost: seconds per layer, up to half a minute. Errors: none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gan/console/plot.h"
#include "gan/models/models.h"

namespace gan::analysis {

using engine::Index;

struct Spectrum {
  std::string run;             // its name in the plot
  std::string layer;           // as in the checkpoint
  std::string matrix;          // see above
  std::vector<double> values;  // descending
  Index size = 0;              // how many the matrix has; values may be the largest of them
  std::optional<double> k;     // the constraint's target, if it has one
  double certified = 0;

  bool partial() const { return std::ssize(values) < size; }
};

struct Spectra {
  std::vector<Spectrum> found;
  std::vector<std::string> notes;  // what is missing or partial, one line each
};

Spectra spectra(layers::Sequential& discriminator, const models::ImageSize& image,
                const std::string& title);

// Those of the reshaped kernels alone, without bounds: seconds for the widest network.
std::vector<Spectrum> kernel_spectra(layers::Sequential& discriminator,
                                     const models::ImageSize& image, const std::string& title);

// A plot with a panel for each layer and matrix and one curve per run; its data has all values, or
// evenly spaced ones if a matrix has many. The titles say what is missing or partial.
console::Plot spectrum_plot(const std::vector<Spectrum>& spectra, const std::string& folder);

}  // namespace gan::analysis
