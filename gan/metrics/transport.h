// The exact Wasserstein-1 distance between two equally large sets of points: the smallest mean
// distance over which one set can be carried onto the other. A network simplex on the complete
// bipartite graph finds it (LEMON, the solver that Python's POT uses).
//
//   exact_distance(a, b)     a, b [n, D]: the least mean over i of |a_i - b_plan(i)|
//
// Distances are computed in double. Cost: n^2 D operations on one core, then a time that grows
// somewhat faster than n^2; transport_memory(n, D) bytes. Errors: sets of different size or
// dimension, empty ones, more than kMostTransported points, values that are not finite.
#pragma once

#include <functional>

#include "engine/tensor.h"

namespace gan::metrics {

constexpr engine::Index kMostTransported = 8192;  // points of each set: 3 GB

// Bytes that this takes for sets of n points, the sets among them.
double transport_memory(engine::Index n, engine::Index dimension);

// `on_row` hears how many of the n rows of distances are done; the solver starts after the last.
using OnRow = std::function<void(engine::Index done)>;
double exact_distance(const engine::Tensor& a, const engine::Tensor& b, const OnRow& on_row = {});

// On a line the best plan keeps the order: n log n operations, any number of points.
double exact_distance_on_line(const engine::Tensor& a, const engine::Tensor& b);

}  // namespace gan::metrics
