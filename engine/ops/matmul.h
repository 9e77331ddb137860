// Matrix products: one trilinear form <X W^T, Y> whose three partial derivatives are the three
// products below; each one's gradients are the other two. X is [n, in], W [out, in], Y [n, out].
// `solve` inverts a product: it solves systems of linear equations with small matrices. All axes
// before the last two form a batch and are broadcast (NumPy's rule), which copies. Cost: 2 n in out
// operations per product; 2/3 n^3 + 2 n^2 k per solution. Errors: extents that do not fit, with
// both shapes; a singular matrix (on CUDA at the next download).
#pragma once

#include "engine/tensor.h"

namespace engine {

Tensor matmul(const Tensor& a, const Tensor& b);     // a b
Tensor matmul_nt(const Tensor& a, const Tensor& b);  // a b^T
Tensor matmul_tn(const Tensor& a, const Tensor& b);  // a^T b

// x [n, k] with a x = b, for a [n, n] and b [n, k]. By LU factorization with pivoting, always in
// double. On CUDA one thread block solves one matrix, which suits n up to a few hundred.
Tensor solve(const Tensor& a, const Tensor& b);

}  // namespace engine
