// Every bound on sigma(W), the Lipschitz constant of a linear map, and the one to certify with.
//
//   lower   power_method.h   audited_norm
//           reshaped.h       reshaped_norm, where a window lies inside the image
//   exact   fourier.h        circular convolution; toeplitz.h + spectral_norm for small images
//   upper   reshaped.h       tsuzuku_bound (Method 1), fantastic_four_bound
//           gram.h           gram_bound, gram_zero_padding
//
// All are computed in double from the weight's values. The README says which to use when. Cost:
// that of gram_bound, given there. A zero weight gives zero. Errors: a kernel with so many channels
// and taps that one row of its symbols takes more than 4 GiB.
#pragma once

#include <algorithm>

#include "layers/lipschitz/fourier.h"
#include "layers/lipschitz/gram.h"
#include "layers/lipschitz/power_method.h"
#include "layers/lipschitz/reshaped.h"

namespace layers {

// sigma(W) is at most this: the smaller of Method 1 and Gram iteration after space-to-depth.
inline double certified_upper_bound(const LinearMap& W, int gram_iterations = 6) {
  return std::min(tsuzuku_bound(W), gram_bound(W, gram_iterations));
}

}  // namespace layers
