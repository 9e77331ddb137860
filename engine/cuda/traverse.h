// Walking two strided operands over common extents: where the k-th element lies in each.
#pragma once

#include "engine/cuda/divider.h"
#include "engine/cuda/pack.h"
#include "engine/geometry.h"

namespace engine::cuda {

constexpr Index kMostElements = (Index{1} << 31) - 1;  // of one traversal, for the Dividers

struct Traversal {
  int last;
  Index size;
  Divider extent[Shape::kMaxRank];
  Index x[Shape::kMaxRank], y[Shape::kMaxRank];

  explicit Traversal(const Strides& s) : last(s.extents.rank() - 1), size(s.extents.size()) {
    for (int i = 0; i <= last; ++i) {
      if (size > 0) extent[i] = Divider(s.extents[i]);
      x[i] = s.x[i];
      y[i] = s.y[i];
    }
  }

  struct Offsets {
    Index x, y;
  };
  __device__ Offsets at(Index element) const {
    std::uint32_t rest = static_cast<std::uint32_t>(element);
    Offsets offsets{0, 0};
    for (int i = last; i > 0; --i) {
      const Index position = extent[i].split(rest);
      offsets.x += position * x[i];
      offsets.y += position * y[i];
    }
    offsets.x += rest * x[0];
    offsets.y += rest * y[0];
    return offsets;
  }
};

// Calls body(strides, x, y, k) for pieces of no more than kMostElements, which begin at these
// offsets of the operands and of the traversal.
template <class Body>
void in_pieces(const Strides& s, const Body& body, Index x = 0, Index y = 0, Index k = 0) {
  if (s.extents.size() <= kMostElements) return body(s, x, y, k);
  int axis = 0;
  while (s.extents[axis] == 1) ++axis;
  Strides first = s, second = s;
  const Index half = s.extents[axis] / 2;
  first.extents[axis] = half;
  second.extents[axis] -= half;
  in_pieces(first, body, x, y, k);
  in_pieces(second, body, x + half * s.x[axis], y + half * s.y[axis], k + first.extents.size());
}

// Whether an operand with these strides may be read a pack at a time along the last axis: its
// elements are neighbors there and every pack is aligned; or there is one element that repeats.
template <class Operand>
bool in_packs(const Shape& extents, const std::array<Index, Shape::kMaxRank>& strides,
              Operand operand) {
  const int last = extents.rank() - 1;
  if (extents[last] % kPack != 0) return false;
  if (strides[last] == 0) return true;
  bool whole = strides[last] == 1 && aligned(operand);
  for (int i = 0; i < last; ++i) whole = whole && strides[i] % kPack == 0;
  return whole;
}

}  // namespace engine::cuda
