// The spectra of discriminators: all singular values of the weight that each layer uses, as a
// reshaped kernel and, where the matrix is affordable, as the convolution itself (its Toeplitz
// matrix). A constraint that only lets a few directions through shows as a curve that falls at
// once: the spectral collapse of Miyato et al. (2018), Figure 3. Cost: a singular value
// decomposition of each matrix. Errors: none of their own.
#pragma once

#include <string>
#include <vector>

#include "gan/loaded_run.h"
#include "gan/plot.h"

namespace gan {

struct Spectrum {
  std::string run;    // what it is called in the picture
  std::string layer;  // as in the checkpoint
  bool toeplitz = false;
  std::vector<double> values;  // descending
};

std::vector<Spectrum> spectra(LoadedRun& run, const std::string& title);

// A picture with a panel for each layer and kind of matrix, one curve a run, values over the
// largest; and all values.
Plot spectrum_plot(const std::vector<Spectrum>& spectra, const std::string& folder);

}  // namespace gan
