#include <cstdio>
#include <iostream>

#include "engine/engine.h"
#include "engine/filtering.h"
using namespace engine;

Tensor matrix(const Filter::Matrix& m, int rows, int columns) {
  std::vector<Real> values;
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) values.push_back(static_cast<Real>(m[i][j].value()));
  return Tensor::from({rows, columns}, values);
}

int main() {
  const Tensor x =
      reshape(Tensor::from({16}, {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3}), {1, 4, 4, 1});
  const Tensor w = Tensor::from({1, 3, 3, 1}, {1, 2, 1, 0, 0, 0, -1, -2, -1});
  std::cout << "definition " << reshape(conv2d(x, w), {2, 2}) << "\n";

  std::vector<Tensor> patches;
  for (Index p = 0; p < 2; ++p)
    for (Index q = 0; q < 2; ++q)
      patches.push_back(reshape(slice(slice(x, 1, p, p + 3), 2, q, q + 3), {1, 9}));
  const Tensor product = matmul_nt(concat(patches, 0), reshape(w, {1, 9}));
  std::cout << "patches " << reshape(product, {2, 2}) << "\n";

  const Filter f = kFilters[3];  // F(2, 3)
  const Tensor B = matrix(f.b, 4, 4), G = matrix(f.g, 4, 3), A = matrix(f.a, 4, 2);
  std::cout << "B " << B << "\nG " << G << "\nA " << A << "\n";
  const Tensor image = matmul_nt(matmul(B, reshape(x, {4, 4})), B);
  const Tensor kernel = matmul_nt(matmul(G, reshape(w, {3, 3})), G);
  std::cout << "16 products " << matmul(matmul_tn(A, image * kernel), A) << "\n";

  std::cout << "  m  r  direct  filtered\n";
  for (const Filter& one : kFilters) {
    const double direct = one.taps * one.taps;
    const double filtered = 1.0 * one.points * one.points / (one.outputs * one.outputs);
    std::printf("%3d %2d %7.2f %9.2f\n", one.outputs, one.taps, direct, filtered);
  }
}
