// Arrays of double on the host, for comparison with ops.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace tests {

using engine::Index;
using engine::Real;
using engine::Shape;
using engine::Tensor;

using Position = std::vector<Index>;

struct Host {
  Shape shape;
  std::vector<double> values;

  explicit Host(const Shape& shape)
      : shape(shape), values(static_cast<std::size_t>(shape.size())) {}
  explicit Host(const Tensor& t) : shape(t.shape()) {
    const std::vector<Real> host = t.values();
    values.assign(host.begin(), host.end());
  }

  Tensor tensor() const {
    return Tensor::from(shape, std::vector<Real>(values.begin(), values.end()));
  }
  // The element at a position. One of fewer elements along an axis repeats, as in broadcasting;
  // leading axes it does not have are ignored.
  double& at(const Position& position) { return values[offset(position)]; }
  double at(const Position& position) const { return values[offset(position)]; }

 private:
  std::size_t offset(const Position& position) const {
    const std::size_t skipped = position.size() - static_cast<std::size_t>(shape.rank());
    Index offset = 0;
    for (int i = 0; i < shape.rank(); ++i)
      offset = offset * shape[i] + (shape[i] == 1 ? 0 : position[skipped + i]);
    return static_cast<std::size_t>(offset);
  }
};

// Calls body(position) for every position of the shape, in row-major order.
template <class Body>
void for_each_position(const Shape& shape, const Body& body) {
  if (shape.size() == 0) return;
  Position position(static_cast<std::size_t>(shape.rank()), 0);
  for (Index left = shape.size(); left > 0; --left) {
    body(position);
    for (int i = shape.rank() - 1; i >= 0 && ++position[i] == shape[i]; --i) position[i] = 0;
  }
}

inline double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double v : values) most = std::max(most, std::abs(v));
  return most;
}

// Whether d exceeds the maximum so far or is NaN, which then remains the maximum.
inline bool exceeds(double d, double most) { return !std::isnan(most) && !(d <= most); }

// The largest difference, relative to the largest expected value (or to one, if that is zero).
inline double difference(const std::vector<double>& got, const std::vector<double>& expected) {
  if (got.size() != expected.size()) return INFINITY;
  double most = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double d = std::abs(got[i] - expected[i]);
    if (exceeds(d, most)) most = d;
  }
  const double scale = largest(expected);
  return scale > 0 ? most / scale : most;
}
inline double difference(const Tensor& got, const Host& expected) {
  return got.shape() == expected.shape ? difference(Host(got).values, expected.values) : INFINITY;
}
inline double difference(const Tensor& got, const Tensor& expected) {
  return difference(got, Host(expected));
}

// The rounding of one operation, and the bound for a result of a few hundred of them, relative to
// its largest element: their roundings add up like a random walk, with a margin of ten.
constexpr bool kDouble = sizeof(Real) == 8;
constexpr double kRounding = kDouble ? 1.1e-16 : 6e-8;
constexpr double kClose = 50 * kRounding;

// The text of an engine::Error, or "no error".
template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const engine::Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace tests
