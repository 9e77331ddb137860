// Linear maps as dense matrices, built column by column by applying the map, and their singular
// values by Eigen: independent of power iterations and of the weight's layout. The two functions
// that need Eigen are compiled once, in layers/dense.cpp.
#pragma once

#include "layers/linear_map.h"
#include "tests/support/definitions.h"

namespace tests {

std::vector<double> singular_values(const Host& matrix);  // descending

// The matrix [range, domain] of a map.
inline Host dense(const layers::LinearMap& map) {
  Shape basis = map.domain();
  const Index columns = basis.size(), rows = map.range().size();
  Host unit(Shape{columns, columns});
  for (Index i = 0; i < columns; ++i) unit.at({i, i}) = 1;
  basis[0] = columns;  // all unit vectors as one batch
  const Host images =
      definitions::shaped(Host(map(reshape(unit.tensor(), basis))), {columns, rows});
  return definitions::each({rows, columns}, [&](const Position& p) {
    return images.at({p[1], p[0]});
  });
}

inline double sigma(const layers::LinearMap& map) { return singular_values(dense(map))[0]; }

// The kernel of the golden file lipschitz.json, which counts axes as [o, i, a, b].
inline Tensor golden_kernel(Index out, Index in, Index height, Index width) {
  Host k(Shape{out, height, width, in});
  for_each_position(k.shape, [&](const Position& p) {
    k.at(p) = static_cast<double>((7 * p[0] + 5 * p[3] + 3 * p[1] + 2 * p[2]) % 11 - 5);
  });
  return k.tensor();
}

}  // namespace tests
