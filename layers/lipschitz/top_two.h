// The two largest singular values of a matrix, and the vectors of the first, by subspace iteration
// with two columns and a Rayleigh-Ritz step: each half step reads the matrix once, and the deflated
// matrix G - s0 u0 v0^T is never formed. s1 is approached from below. Cost: 4 iterations + 2
// products of the matrix with a vector; no value is read back to the host.
#pragma once

#include "engine/engine.h"

namespace layers {

struct TopTwo {
  engine::Tensor s0, s1;  // one number each
  engine::Tensor u0, v0;  // [m, 1] and [n, 1]: s0 = u0^T G v0
};

// `subspace` [n, 2] is the start, and receives the start of the next call. Undefined, it starts from
// fixed directions: no random numbers are drawn. The results are constants: not differentiated.
TopTwo top_two(const engine::Tensor& matrix, engine::State& subspace, int iterations);

}  // namespace layers
