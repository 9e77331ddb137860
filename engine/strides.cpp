#include "engine/strides.h"

namespace engine {

AxisStrides contiguous_strides(const Shape& shape) {
  AxisStrides strides{};
  Index step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

AxisStrides broadcast_strides(const Shape& from, const Shape& to) {
  const AxisStrides own = contiguous_strides(from);
  AxisStrides strides{};
  for (int i = 0; i < from.rank(); ++i)
    strides[to.rank() - from.rank() + i] = from[i] == 1 ? 0 : own[i];
  return strides;
}

Strides broadcast_strides(const Shape& out, const Shape& x, const Shape& y) {
  return merged({out, broadcast_strides(x, out), broadcast_strides(y, out)});
}

Strides merged(const Strides& strides) {
  Strides result;
  Shape& extents = result.extents;
  for (int i = 0; i < strides.extents.rank(); ++i) {
    const Index n = strides.extents[i];
    if (n == 1) continue;
    const int last = extents.rank() - 1;
    if (last >= 0 && result.x[last] == strides.x[i] * n && result.y[last] == strides.y[i] * n) {
      extents[last] *= n;
    } else {
      extents.push_back(n);
    }
    result.x[extents.rank() - 1] = strides.x[i];
    result.y[extents.rank() - 1] = strides.y[i];
  }
  if (extents.rank() == 0) {
    extents.push_back(1);
    result.x[0] = result.y[0] = 1;
  }
  return result;
}

}  // namespace engine
