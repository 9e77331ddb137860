#include "layers/lipschitz/top_two.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace layers {

using namespace engine;

namespace {

constexpr Real kSmallest = std::numeric_limits<Real>::min();

// The two columns of a matrix [m, 2], [m, 1] each.
struct Columns {
  Tensor first, second;
};

Columns columns(const Tensor& m) { return {slice(m, 1, 0, 1), slice(m, 1, 1, 2)}; }
Tensor together(const Columns& c) { return concat({c.first, c.second}, 1); }

// x / |x|, for values of any size: the largest is scaled to 1 before anything is squared.
Tensor unit_vector(const Tensor& x) { return unit(x / maximum(max(abs(x)), scalar(kSmallest))); }

// Gram-Schmidt. The second column is made orthogonal twice: if the two are nearly parallel, the
// result of the first pass is mostly rounding error.
Tensor orthonormal(const Tensor& m) {
  auto [first, second] = columns(m);
  first = unit_vector(first);
  for (int pass = 0; pass < 2; ++pass) {
    second = unit_vector(second);
    second = second - first * dot(first, second);
  }
  return together({first, unit_vector(second)});
}

constexpr std::uint64_t kStream = 0x746f7032;  // of no other use: tensors draw from stream 0

// Two fixed directions of dimension n, not drawn: a run whose gradients are measured, or clipped
// with an r that never acts, draws the same random numbers as one without.
Tensor first_subspace(Index n) {
  std::vector<Real> values(2 * n);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 2 * unit_interval(philox(0, kStream, i).word[0]) - 1;
  return orthonormal(Tensor::from({n, 2}, values));
}

// (cos, sin) of the rotation of two columns x, y after which they are orthogonal and x the longer:
// the top eigenvector of [[x.x, x.y], [x.y, y.y]]. With d = (x.x - y.y) / 2 and h = |(d, x.y)| it
// is along (h + d, x.y) and along (x.y, h - d); taken where nothing cancels.
Columns rotation(const Columns& m) {
  const Tensor cross = dot(m.first, m.second);
  const Tensor d = 0.5F * (dot(m.first, m.first) - dot(m.second, m.second));
  const Tensor far = sqrt(square(d) + square(cross)) + abs(d);
  const Tensor leg = far + equal(far, scalar(0));  // equal orthogonal columns stay: (1, 0)
  const Tensor swapped = step(-d);                 // 1 where y is the longer
  const Tensor c = leg + swapped * (cross - leg), s = cross + swapped * (leg - cross);
  const Tensor length = sqrt(square(c) + square(s));
  return {c / length, s / length};
}

Columns rotated(const Columns& m, const Columns& by) {
  return {m.first * by.first + m.second * by.second, m.second * by.first - m.first * by.second};
}

}  // namespace

TopTwo top_two(const Tensor& g, State& subspace, int iterations) {
  const NoGrad constant;
  const Tensor start = subspace.or_else([&] { return first_subspace(g.dim(1)); });
  Tensor v = start;
  for (int i = 0; i < iterations; ++i) v = orthonormal(matmul_tn(g, orthonormal(matmul(g, v))));

  // Rayleigh-Ritz: the best two triples within the subspace, by rotating the columns of G v.
  const Tensor image = matmul(g, v);
  const Tensor size = maximum(max(abs(image)), scalar(kSmallest));
  const Columns scaled = columns(image / size);
  const Columns by = rotation(scaled);
  const Columns left = rotated(scaled, by), right = rotated(columns(v), by);
  const Tensor s0 = sqrt(dot(left.first, left.first)) * size;
  const Tensor s1 = sqrt(dot(left.second, left.second)) * size;

  // A column that a matrix of lower rank mapped to zero restarts where it started this time.
  subspace.assign(v + start * equal(max(abs(v), {0}, true), scalar(0)));
  return {s0, s1, unit_vector(left.first), right.first};
}

}  // namespace layers
