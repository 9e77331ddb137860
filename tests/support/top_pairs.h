// Matrices of many shapes with vectors to iterate from, for the tests of power iteration.
#pragma once

#include "engine/ops/spectral.h"
#include "tests/support/draw.h"

namespace tests {

// Of those that advance together, more than a CUDA kernel takes at once: each third matrix keeps its
// v (no rounds), each third advances by one round, each third by three. Among them are rows, columns,
// a zero, and rows that are wide or no multiple of four.
inline std::vector<engine::PowerIteration> iterations_to_run() {
  Draw draw(77);
  std::vector<engine::PowerIteration> all;
  for (int i = 0; i < 105; ++i) {
    const Index m = i == 0 ? 1 : 1 + i * 7 % 45;
    const Index n = i == 1 ? 1 : i == 6 ? 640 : i == 8 ? 333 : 1 + i * 13 % 70;
    const Tensor w = i == 2 ? engine::zeros({m, n}) : draw.uniform({m, n}).tensor();
    const Tensor u = draw.uniform({1, m}).tensor(), v = draw.uniform({1, n}).tensor();
    all.push_back({{w, u, v, engine::zeros({})}, std::array{1, 0, 3}[i % 3]});
  }
  return all;
}

inline std::vector<Tensor> results_of(const std::vector<engine::PowerIteration>& all) {
  std::vector<Tensor> results;
  for (const engine::PowerIteration& one : all)
    for (const Tensor& t : {one.top.u, one.top.v, one.top.sigma}) results.push_back(t);
  return results;
}

}  // namespace tests
