// The exact Wasserstein-1 distance between two equally large sets of points: the least mean way
// that carries one onto the other, by a network simplex on the complete bipartite graph (LEMON,
// the solver that Python's POT uses).
//
//   exact_distance(a, b)     a, b [n, D]: mean over i of |a_i - b_plan(i)|, the least of all plans
//
// Distances are computed in double. Cost: about n^2 D operations, then a time that grows somewhat
// faster than n^2; 45 bytes for each of the n^2 pairs. Errors: sets of different size or dimension,
// empty ones, more than kMostPoints points, values that are not finite.
#pragma once

#include <functional>

#include "engine/tensor.h"

namespace gan::metrics {

constexpr engine::Index kMostTransported = 8192;  // points of each set: 3 GB

// Bytes that the solver takes for sets of n points.
double transport_memory(engine::Index n);

double exact_distance(const engine::Tensor& a, const engine::Tensor& b);

// In one dimension the best plan keeps the order: a check for the above, in n log n.
double exact_distance_on_line(const engine::Tensor& a, const engine::Tensor& b);

}  // namespace gan::metrics
