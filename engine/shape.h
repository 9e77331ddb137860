// Shape: the extents of a tensor, outermost first, kept inline (no heap). At most six axes, the
// last one contiguous in memory. Images are [N, H, W, C]; a shape of rank 0 is a single number.
// In reshape, an extent of -1 is inferred; no tensor has one.
#pragma once

#include <array>
#include <initializer_list>
#include <iosfwd>
#include <vector>

#include "engine/real.h"

namespace engine {

class Shape {
 public:
  static constexpr int kMaxRank = 6;

  Shape() = default;
  Shape(std::initializer_list<Index> extents);
  explicit Shape(const std::vector<Index>& extents);

  int rank() const { return rank_; }
  Index size() const;  // the number of elements; 1 for rank 0. Errors: beyond 2^63

  // Axis i; a negative i counts from the end (-1 is the last). Errors: no such axis.
  Index operator[](int i) const { return extents_[axis(i)]; }
  Index& operator[](int i) { return extents_[axis(i)]; }
  // i with negative values resolved. Errors: there is no such axis, naming `op`.
  int axis(int i, const char* op = "shape") const;

  void push_back(Index extent);

  const Index* begin() const { return extents_.data(); }
  const Index* end() const { return extents_.data() + rank_; }
  bool operator==(const Shape& other) const;

 private:
  std::array<Index, kMaxRank> extents_{};
  int rank_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);  // [64, 32, 32, 3]

// The broadcast shape of a and b (NumPy's rule: aligned at the last axis, 1 stretches). Errors:
// names `op` and both shapes.
Shape broadcast(const char* op, const Shape& a, const Shape& b);

}  // namespace engine
