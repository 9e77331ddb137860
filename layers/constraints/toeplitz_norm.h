// ToeplitzNorm: k W / sigma(W), sigma the norm of the convolution itself (of its block-Toeplitz
// matrix, with the layer's actual stride, padding and input size), by power iteration on the map
// and its transpose. The limit is exact; a running estimate lies below it. Source: Sargent,
// "Lipschitz Constraints in Wasserstein GANs", Method 2, with u <- W v (the poster prints the
// transpose twice). Cost: three convolutions of one image per step.
#pragma once

#include "layers/constraints/power_iteration.h"
#include "layers/constraints/target.h"

namespace layers {

struct ToeplitzNorm {
  int iterations = 1;  // per optimizer step
  Target target = {};
  TopVectors top = {};  // kept and saved, never differentiated, never averaged

  engine::Tensor operator()(const LinearMap& W) {
    return target.scale(W.weight, largest_singular_value(W, top, iterations));
  }
  template <class V>
  void options(V& v) {
    v("iterations", iterations);
    v(target);
  }
};

}  // namespace layers
