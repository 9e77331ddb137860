// The spectra of discriminators: singular values of the weight that each layer uses, as up to three
// matrices, beside the norm k that its constraint aims at and the certified bound of its norm. A
// constraint that only lets a few directions through shows as a curve that falls at once: the
// spectral collapse of Miyato et al. (2018), Figure 3.
//
//   reshaped   the reshaped kernel: all values
//   toeplitz   the convolution itself: all values where the matrix can be written down, else the
//              largest (layers/lipschitz/largest.h)
//   circulant  the convolution on a torus, by Fourier transforms: all values; beside a Toeplitz
//              matrix of which only the largest are known, whose curve it comes near on an image
//              much larger than the kernel
//
// Cost: seconds a layer, up to half a minute. Errors: none of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gan/console/plot.h"
#include "gan/models/models.h"

namespace gan::analysis {

using engine::Index;

struct Spectrum {
  std::string run;             // what it is called in the picture
  std::string layer;           // as in the checkpoint
  std::string matrix;          // see above
  std::vector<double> values;  // descending
  Index size = 0;              // how many the matrix has; values may be the largest of them
  std::optional<double> k;     // what the constraint aims at, if it names one
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

// A picture with a panel for each layer and matrix, one curve a run; its data has all values, or
// evenly spaced ones where a matrix has many. What is missing or partial is said in the titles.
console::Plot spectrum_plot(const std::vector<Spectrum>& spectra, const std::string& folder);

}  // namespace gan::analysis
