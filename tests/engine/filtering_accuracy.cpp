// How accurate filtered convolutions are, against float64: the filters of `highest` have at most 1.5
// times the error of the direct sum, those of `high` less than 1e-5.
#include <doctest/doctest.h>

#include "engine/filtering.h"
#include "tests/cases/windows.h"
#include "tests/support/restore.h"
#include "tests/support/sanitized.h"

using namespace tests;
using engine::Algorithm;
using engine::Precision;

namespace {

// A convolution in all slots, with inputs of one sign as activations have them.
class Slots {
 public:
  Slots(const Shape& x, const Shape& w, const engine::ConvOptions& options, Draw& draw)
      : options_(options),
        x_(draw.uniform(x, -0.1, 1).tensor()),
        w_(draw.uniform(w).tensor()),
        y_(draw.uniform(definitions::conv_shape(x, w, options)).tensor()) {
    const Host hx(x_), hw(w_), hy(y_);
    expected_ = {definitions::conv(hx, hw, options),
                 definitions::conv_transpose(hy, hw, options, x[1], x[2]),
                 definitions::conv_weight_grad(hx, hy, options, {w[1], w[2]})};
  }

  struct Error {
    double apart = 0, of = 0;  // sums of squares
    double relative() const { return of > 0 ? std::sqrt(apart / of) : 0; }
  };
  using Errors = std::array<Error, 3>;
  void add_errors(Algorithm algorithm, Precision precision, Errors& errors) const {
    engine::set_algorithm(algorithm);
    engine::set_precision(precision);
    const Tensor results[] = {conv2d(x_, w_, options_),
                              conv2d_transpose(y_, w_, options_, x_.dim(1), x_.dim(2)),
                              conv2d_weight_grad(x_, y_, options_, {w_.dim(1), w_.dim(2)})};
    for (std::size_t slot = 0; slot < errors.size(); ++slot) {
      const Host got(results[slot]);
      for (std::size_t i = 0; i < got.values.size(); ++i) {
        const double expected = expected_[slot].values[i], apart = got.values[i] - expected;
        errors[slot].apart += apart * apart;
        errors[slot].of += expected * expected;
      }
    }
  }

 private:
  engine::ConvOptions options_;
  Tensor x_, w_, y_;
  Hosts expected_;
};

// `least` is an error that is never too large: sums of few terms have less than others.
void check_errors(const std::vector<Slots>& draws, Algorithm algorithm, double least = 0) {
  Slots::Errors direct, highest, high;
  for (const Slots& slots : draws) {
    slots.add_errors(Algorithm::direct, Precision::highest, direct);
    slots.add_errors(algorithm, Precision::highest, highest);
    slots.add_errors(algorithm, Precision::high, high);
  }
  for (std::size_t slot = 0; slot < direct.size(); ++slot) {
    CAPTURE(slot);
    CHECK(highest[slot].relative() <= std::max(least, 1.5 * direct[slot].relative()));
    CHECK(high[slot].relative() < 1e-5);
  }
}

}  // namespace

TEST_CASE("filtering accuracy: with many channels") {
  if (kDouble || kSanitized) return;
  const Restore restore;
  Draw draw(21);
  check_errors({{{2, 12, 12, 128}, {32, 3, 3, 128}, {.padding = 1}, draw}}, Algorithm::filtered);
  check_errors({{{2, 24, 24, 64}, {32, 4, 4, 64}, {.stride = 2, .padding = 1}, draw}},
               Algorithm::filtered);
}

// With a few channels, as in the list of cases, and with as many as let filters pay. Filters that
// would not have been chosen may have the error of a long direct sum.
TEST_CASE("filtering accuracy: every geometry of the cases, in every slot") {
  if (kDouble || kSanitized) return;
  const Restore restore;
  Draw draw(22);
  constexpr int kDraws = 2;
  constexpr double kLongSum = 4e-7;
  for (const windows::Geometry& g : windows::geometries()) {
    CAPTURE(std::string(g.name));
    const auto draws = [&](Index in, Index out) {
      std::vector<Slots> all;
      for (int i = 0; i < kDraws; ++i)
        all.emplace_back(Shape{2, g.height, g.width, in}, Shape{out, g.kernel.h, g.kernel.w, in},
                         g.options, draw);
      return all;
    };
    check_errors(draws(2, 3), Algorithm::automatic);
    const std::vector<Slots> wide = draws(48, 40);
    check_errors(wide, Algorithm::automatic);
    check_errors(wide, Algorithm::filtered, kLongSum);
  }
}
