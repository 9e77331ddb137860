// The derivative of a norm with respect to the weight. sigma(W) = <u, W v> at the top singular pair
// is linear in the weight K, and u, v have no derivative there (Danskin's theorem), so
//
//   d sigma / dK = weight_grad(v, u)          <d sigma / dK, K> = sigma
//
// and for the normalized weight k K / sigma under a loss with gradient G with respect to that
// weight
//
//   dL / dK = k / sigma (G - <G, K> / sigma  d sigma / dK),        <dL / dK, K> = 0 for any v.
//
// At a multiple top value it is one of the subgradients. Cost: a convolution and a weight gradient
// of one image. Errors: shapes that do not fit; a map with W v = 0, which has no such gradient; a
// weight without elements, or with non-finite ones.
#pragma once

#include "layers/linear_map.h"

namespace layers {

// d |W v| / dK for a unit vector v of the domain: sigma's gradient where v is the top one.
engine::Tensor norm_gradient(const LinearMap& W, const engine::Tensor& v);

// dL / dK through k K / |W v|, v held constant; `g` is dL / d(k K / |W v|), of the weight's shape.
engine::Tensor normalized_gradient(const LinearMap& W, const engine::Tensor& v,
                                   const engine::Tensor& g, engine::Real k = 1);

}  // namespace layers
