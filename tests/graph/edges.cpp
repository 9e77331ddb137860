// Rows at the edges of what they take: no elements, infinities and NaN, and whole numbers that no
// floating-point type holds.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine/graph/ops/take.h"
#include "engine/ops/move.h"
#include "tests/graph/one_node.h"

namespace {

using namespace engine;
using namespace engine::graph;

constexpr Real kInfinite = std::numeric_limits<Real>::infinity();
constexpr Real kNaN = std::numeric_limits<Real>::quiet_NaN();
constexpr Index kOdd = (Index{1} << 53) + 1;  // the first whole number that a double rounds

Attributes axis(Index i) { return {{"axis", i}}; }
Attributes axes(Index i) { return {{"axes", std::vector<Index>{i}}}; }
Value unsigned64(const Whole& numbers) {
  return {Shape{static_cast<Index>(numbers.size())}, numbers, Type::uint64};
}

TEST_CASE("graph edges: arrays without elements keep their other extents") {
  CHECK(result("Flatten", {reals({0, 3}, {})}, axis(1)).shape() == Shape{0, 3});
  CHECK(result("Flatten", {reals({2, 0, 3}, {})}, axis(2)).shape() == Shape{0, 3});
  CHECK(result("Flatten", {reals({2, 3, 0}, {})}, axis(1)).shape() == Shape{2, 0});
  const Value sum = result("MatMul", {reals({2, 0}, {}), reals({0, 4}, {})});
  CHECK(sum.shape() == Shape{2, 4});
  CHECK(numbers(sum) == Reals(8, 0));
  CHECK(numbers(result("MatMul", {reals({2, 1, 0}, {}), reals({2, 0, 2}, {})})) == Reals(4, 0));
  CHECK(numbers(result("Gemm", {reals({1, 0}, {}), reals({0, 2}, {}), reals({2}, {3, 4})})) ==
        Reals{3, 4});
  for (const char* op : {"Softmax", "LogSoftmax"})
    for (const int opset : {11, 13})
      for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}})
        CHECK(result(op, {reals(shape, {})}, axis(1), opset).shape() == shape);
  CHECK(result("GlobalMaxPool", {reals({0, 2, 4, 4}, {})}).shape() == Shape{0, 2, 1, 1});
  CHECK(result("GlobalAveragePool", {reals({0, 2, 4, 4}, {})}).shape() == Shape{0, 2, 1, 1});
}

TEST_CASE("graph edges: the largest of nothing is -infinity") {
  CHECK(result("ReduceMax", {reals({0, 3}, {})}, axes(1)).shape() == Shape{0, 1});
  CHECK(numbers(result("ReduceMax", {reals({0, 2}, {})}, axes(0))) == Reals(2, -kInfinite));
  CHECK(numbers(result("ReduceMin", {reals({2, 0}, {})}, axes(1))) == Reals(2, kInfinite));
  CHECK(numbers(result("ReduceLogSumExp", {reals({2, 0}, {})}, axes(1))) == Reals(2, -kInfinite));
}

TEST_CASE("graph edges: infinities") {
  const Value x = reals({5}, {-kInfinite, -1, 0, 1, kInfinite});
  CHECK(numbers(result("Celu", {x})) == Reals{-1, std::exp(Real(-1)) - 1, 0, 1, kInfinite});
  CHECK(numbers(result("Shrink", {x}, {{"bias", 0.25f}})) ==
        Reals{-kInfinite, -0.75f, 0, 0.75f, kInfinite});
  CHECK(numbers(result("ThresholdedRelu", {x}, {{"alpha", 0.5f}})) == Reals{0, 0, 0, 1, kInfinite});
  CHECK(numbers(result("ReduceLogSumExp", {reals({2, 2}, {-kInfinite, -kInfinite, 1, kInfinite})},
                       axes(1))) == Reals{-kInfinite, kInfinite});
}

TEST_CASE("graph edges: NaN is not hidden") {
  const Value x = reals({3}, {kNaN, -1, 1}), low = reals({}, {0}), high = reals({}, {0.5f});
  for (const Value& y :
       {result("Relu", {x}), result("Clip", {x, low, high}), result("Max", {x, low}),
        result("Max", {low, x}), result("Min", {x, low}), result("Min", {low, x}),
        result("PRelu", {x, high}), result("Celu", {x}), result("ReduceMax", {x})}) {
    CHECK(std::isnan(numbers(y)[0]));
    if (y.size() > 1) CHECK(std::isfinite(numbers(y)[1]));
  }
}

TEST_CASE("graph edges: whole numbers are compared exactly") {
  const Value a = whole({2}, {kOdd - 1, kOdd}), b = whole({2}, {kOdd, kOdd});
  CHECK(result("Equal", {a, b}).whole() == Whole{0, 1});
  CHECK(result("Less", {a, b}).whole() == Whole{1, 0});
  CHECK(result("GreaterOrEqual", {a, b}).whole() == Whole{0, 1});
  CHECK(result("ArgMax", {a}, axis(0)).whole() == Whole{1});
  CHECK(result("ArgMin", {whole({2}, {kOdd, kOdd - 1})}, axis(0)).whole() == Whole{1});
}

TEST_CASE("graph edges: uint64 has no sign") {
  const Value a = unsigned64({-1, 1, 7}), b = unsigned64({2, -1, 7});  // -1: 2^64 - 1
  CHECK(result("Max", {a, b}).whole() == Whole{-1, -1, 7});
  CHECK(result("Min", {a, b}).whole() == Whole{2, 1, 7});
  CHECK(result("Div", {a, b}).whole() == Whole{std::numeric_limits<Index>::max(), 0, 1});
  CHECK(result("Mod", {a, b}).whole() == Whole{1, 1, 0});
  CHECK(result("Clip", {a, Value(Shape{}, Whole{2}, Type::uint64)}).whole() == Whole{-1, 2, 7});
  CHECK(result("Greater", {a, b}).whole() == Whole{1, 0, 0});
  CHECK(result("ArgMax", {b}, axis(0)).whole() == Whole{1});
  CHECK(result("TopK", {b, whole({1}, {1})}).whole() == Whole{-1});
  CHECK(numbers(result("Cast", {a}, {{"to", Index{1}}}))[0] == std::ldexp(Real(1), 64));
}

TEST_CASE("graph edges: sizes that are no split of the axis are refused") {
  const Value x = reals({4}, {1, 2, 3, 4});
  for (const Whole& sizes : {Whole{3, 2}, Whole{1, 2}, Whole{5, -1}, Whole{4, 1}})
    CHECK_THROWS_AS(results("Split", {x, whole({2}, sizes)}, axis(0), 2), Error);
  CHECK(numbers(results("Split", {x, whole({2}, {1, 3})}, axis(0), 2)[1]) == Reals{2, 3, 4});
}

TEST_CASE("graph edges: rows are picked only where Real counts them") {
  const Index most = Index{1} << 24;
  const Tensor x = concat({zeros({most, 1}), full({2, 1}, 5)}, 0);
  CHECK(take(x, 0, {most, 3}).values() == Reals{5, 0});
  CHECK_THROWS_WITH_AS(take(x, 0, {most + 1}),
                       doctest::Contains("row 16777217 of [16777218, 1] is beyond"), Error);
}

}  // namespace

TEST_CASE("graph edges: whole numbers beyond 64 bits are refused, not converted") {
  const Value x = whole({2}, {1, 2}), huge = reals({1}, {4e37F});
  CHECK_THROWS_WITH_AS(result("Pad", {x, whole({2}, {1, 1}), huge}),
                       doctest::Contains("padding whole numbers with 4"), engine::Error);
  CHECK_THROWS_WITH_AS(result("Range", {whole({}, {0}), reals({}, {8e37F}), reals({}, {4e37F})}),
                       doctest::Contains("whole numbers up to 4"), engine::Error);
}
