// toeplitz: the dense matrix of a linear map, T with T flatten(x) = flatten(W(x)). Of a convolution
// it is the block-Toeplitz matrix T_K. For teaching and for tests: it has [range, domain] elements,
// where images are flattened as [H, W, C].
// Source: Sargent, "Lipschitz Constraints in Wasserstein GANs", the matrix T_K.
// Cost: one batch of unit vectors, as many as the domain has elements, through the map.
// Errors: a matrix of more than 512 MiB, with both extents.
#pragma once

#include "layers/linear_map.h"

namespace layers {

engine::Tensor toeplitz(const LinearMap& W);

}  // namespace layers
