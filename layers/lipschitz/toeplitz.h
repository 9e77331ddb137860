// toeplitz: the dense matrix of a linear map, T with T flatten(x) = flatten(W(x)). Of a convolution
// it is the block-Toeplitz matrix T_K. For teaching and tests: its shape is [range, domain], with
// images flattened as [H, W, C]. Source: Sargent, "Lipschitz Constraints in Wasserstein GANs", the
// matrix T_K.
// Cost: the map on a batch of unit vectors, one per element of the domain.
// Errors: a matrix of more than 512 MiB, with both extents.
#pragma once

#include "layers/linear_map.h"

namespace layers {

engine::Tensor toeplitz(const LinearMap& W);

}  // namespace layers
