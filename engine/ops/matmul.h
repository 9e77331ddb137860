// Matrix products: one trilinear form <X W^T, Y> whose three partial derivatives are the three
// products below; each one's gradients are the other two. X is [n, in], W [out, in], Y [n, out].
// Cost: 2 n in out operations. Errors: extents that do not fit, with both shapes.
#pragma once

#include "engine/tensor.h"

namespace engine {

Tensor matmul(const Tensor& a, const Tensor& b);     // a b
Tensor matmul_nt(const Tensor& a, const Tensor& b);  // a b^T
Tensor matmul_tn(const Tensor& a, const Tensor& b);  // a^T b

}  // namespace engine
