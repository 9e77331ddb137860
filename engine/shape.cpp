#include "engine/shape.h"

#include <algorithm>
#include <ostream>

#include "engine/check.h"

namespace engine {

Shape::Shape(std::initializer_list<Index> extents) {
  for (Index extent : extents) push_back(extent);
}

Shape::Shape(const std::vector<Index>& extents) {
  for (Index extent : extents) push_back(extent);
}

Index Shape::size() const {
  Index product = 1;
  for (Index extent : *this)
    check(!__builtin_mul_overflow(product, extent, &product),
          "tensor: more elements than memory can hold: ", *this);
  return product;
}

int Shape::axis(int i, const char* op) const {
  const int resolved = i < 0 ? i + rank_ : i;
  check(resolved >= 0 && resolved < rank_, op, ": axis ", i, " does not exist in ", *this);
  return resolved;
}

void Shape::push_back(Index extent) {
  check(rank_ < kMaxRank, "shape: at most ", kMaxRank, " axes are possible; ", *this,
        " cannot grow");
  check(extent >= -1, "shape: an axis cannot have ", extent,
        " elements (the axes before it: ", *this, ")");
  extents_[rank_++] = extent;
}

bool Shape::operator==(const Shape& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (int i = 0; i < shape.rank(); ++i) out << (i ? ", " : "") << shape[i];
  return out << ']';
}

Shape broadcast(const char* op, const Shape& a, const Shape& b) {
  Shape out = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  for (int i = 1; i <= shorter.rank(); ++i) {
    const Index x = out[-i], y = shorter[-i];
    check(x == y || x == 1 || y == 1, op, ": cannot broadcast ", a, " with ", b);
    out[-i] = x == 1 ? y : x;
  }
  return out;
}

}  // namespace engine
