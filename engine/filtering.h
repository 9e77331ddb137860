// Minimal filtering F(m, r): m outputs of a filter of r taps from t = m + r - 1 products, not m r
// (Toom and Cook; Winograd, "Arithmetic Complexity of Computations", 1980; for convolutions Lavin
// and Gray, 2016, arXiv:1509.09308).
//
// Write the taps g and any numbers y as polynomials. Their product s = g y has degree t - 1, so its
// values at t points determine it. One point is infinity: the leading coefficient. Evaluation is
// linear (G and A below); so is interpolation, whose transpose is B. Paired with x:
//
//   <conv(x, g), y> = sum_ijk [i = j + k] x_i g_j y_k
//                   = sum over points p of (B x)_p (G g)_p (A y)_p
//
// The convolution's trilinear form, in a basis in which it is diagonal. Leaving out one of three
// factors gives one of three slots:
//
//   forward           y = A^T (B x . G g)         t products for m outputs
//   weight gradient   g = G^T (B x . A y)         t products for m outputs of r taps each
//   input gradient    x = B^T (G g . A y); for x, it is a forward filter with reversed taps
//
// Images are filtered along both axes: A, B and G act on rows, then on columns.
//
// The errors below are relative to float64, with 128 channels of inputs of one sign; the direct sum
// has 3e-7.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <span>

namespace engine {

// An exact number: over / under in lowest terms, under > 0.
struct Fraction {
  std::int64_t over = 0, under = 1;
  constexpr double value() const { return static_cast<double>(over) / static_cast<double>(under); }
};
constexpr Fraction fraction(std::int64_t over, std::int64_t under) {
  const std::int64_t common = std::gcd(over, under) * (under < 0 ? -1 : 1);
  return {over / common, under / common};
}
constexpr Fraction operator+(Fraction x, Fraction y) {
  return fraction(x.over * y.under + y.over * x.under, x.under * y.under);
}
constexpr Fraction operator-(Fraction x, Fraction y) { return x + Fraction{-y.over, y.under}; }
constexpr Fraction operator*(Fraction x, Fraction y) {
  return fraction(x.over * y.over, x.under * y.under);
}
constexpr Fraction operator/(Fraction x, Fraction y) {
  return fraction(x.over * y.under, x.under * y.over);
}

constexpr int kMostPoints = 6;  // of the filters in use

// A filter F(m, r): its sizes and its three matrices.
struct Filter {
  using Matrix = std::array<std::array<Fraction, kMostPoints>, kMostPoints>;
  int outputs, taps, points;  // m, r, t
  bool exact;                 // as accurate as the direct sum: allowed in Precision::highest
  Matrix b, g, a;             // t x t, t x r, t x m; the rest is 0

  // F(m, r) on these points and infinity. Row p of B holds the coefficients of
  // prod over q != p of (z - point q), whose value at point p goes into G: B stays free of
  // fractions that round.
  static constexpr Filter derive(int m, int r, bool exact, std::span<const Fraction> finite) {
    Filter f{m, r, m + r - 1, exact, {}, {}, {}};
    for (Matrix* matrix : {&f.b, &f.g, &f.a})  // g++ 12 leaves out what {} would give them
      for (auto& row : *matrix) row.fill({0, 1});
    const int last = f.points - 1;  // infinity
    for (int p = 0; p <= last; ++p) {
      f.b[p][0] = {1};
      Fraction scale{1}, power{1};
      for (int q = 0, degree = 0; q < last; ++q) {
        if (q == p) continue;
        if (p < last) scale = scale * (finite[p] - finite[q]);
        ++degree;
        for (int i = degree; i >= 0; --i)  // times (z - point q)
          f.b[p][i] = (i > 0 ? f.b[p][i - 1] : Fraction{}) - finite[q] * f.b[p][i];
      }
      for (int i = 0; i < f.points && p < last; ++i, power = power * finite[p]) {
        if (i < r) f.g[p][i] = power / scale;
        if (i < m) f.a[p][i] = power;
      }
    }
    f.g[last][r - 1] = {1};
    f.a[last][m - 1] = {1};
    return f;
  }
};

// Whether sum_p B_pi G_pj A_pk = [i = j + k], exactly.
constexpr bool is_convolution(const Filter& f) {
  for (int i = 0; i < f.points; ++i)
    for (int j = 0; j < f.taps; ++j)
      for (int k = 0; k < f.outputs; ++k) {
        Fraction sum;
        for (int p = 0; p < f.points; ++p) sum = sum + f.b[p][i] * f.g[p][j] * f.a[p][k];
        if (sum.over != (i == j + k) || sum.under != 1) return false;
      }
  return true;
}

// All filters in use. F(1, 1) does no filtering, for the other axis of a 1 x n kernel.
inline constexpr Fraction kPoints[] = {{0}, {1}, {-1}, {1, 2}, {-2}},
                          kWidePoints[] = {{0}, {1}, {-1}, {2}};
inline constexpr std::array kFilters = {
    Filter::derive(1, 1, true, kPoints),       //
    Filter::derive(2, 2, true, kPoints),       // error 3.8e-7
    Filter::derive(3, 2, true, kPoints),       // 3.2e-7
    Filter::derive(2, 3, true, kPoints),       // 3.3e-7
    Filter::derive(4, 2, false, kPoints),      // 1.2e-6
    Filter::derive(3, 3, false, kWidePoints),  // 1.2e-6
    Filter::derive(4, 3, false, kPoints),      // 1.4e-6
};
constexpr int kFilterCount = static_cast<int>(kFilters.size());
static_assert(std::ranges::all_of(kFilters, is_convolution));

}  // namespace engine
