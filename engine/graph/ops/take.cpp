#include "engine/graph/ops/take.h"

#include <numeric>

#include "engine/check.h"
#include "engine/ops/move.h"

namespace engine::graph {

Tensor take(const Tensor& x, int axis, const std::vector<Index>& positions) {
  constexpr Index kMostRows = Index{1} << 24;  // the integers that Real holds exactly
  const Index n = x.dim(axis), count = static_cast<Index>(positions.size());
  Index outer = 1, inner = 1;
  for (int i = 0; i < x.rank(); ++i)
    if (i != axis) (i < axis ? outer : inner) *= x.dim(i);
  if (outer * n > kMostRows && axis > 0) {  // bring the axis to the front, and back
    std::vector<int> order(static_cast<std::size_t>(x.rank()));
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[0], order[static_cast<std::size_t>(axis)]);  // its own inverse
    return permute(take(permute(x, order), 0, positions), order);
  }
  for (Index position : positions)
    check((outer - 1) * n + position <= kMostRows, "row ", position, " of ", x.shape(),
          " is beyond the ", kMostRows, " that can be picked from");
  std::vector<Real> rows;
  rows.reserve(static_cast<std::size_t>(outer * count));
  for (Index o = 0; o < outer; ++o)
    for (Index position : positions) rows.push_back(static_cast<Real>(o * n + position));
  Shape shape = x.shape();
  shape[axis] = count;
  return reshape(gather(reshape(x, {outer * n, inner}), Tensor::from({outer * count}, rows)),
                 shape);
}

}  // namespace engine::graph
