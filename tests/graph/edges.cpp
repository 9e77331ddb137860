// Edge cases of rows: no elements, infinities and NaN, and integers that no floating-point type
// holds.
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

TEST_CASE("graph edges: a cast to float16 rounds to even and ends at 65504") {
  const Attributes half{{"to", Index{10}}};
  const Reals given = {
      1,          0x1.002p0f,      0x1.002002p0f, 0x1.006p0f,   -0.1f,     65504,
      65519.996f, 65520,           -65520,        1e30f,        kInfinite, 0x1p-24f,
      0x1p-25f,   0x1.000002p-25f, 0x3p-25f,      0x1.ff7p-15f, -0.f};
  const Reals wanted = {1,     1,         0x1.004p0f, 0x1.008p0f,   -0x1.998p-4f, 65504,
                        65504, kInfinite, -kInfinite, kInfinite,    kInfinite,    0x1p-24f,
                        0,     0x1p-24f,  0x1p-23f,   0x1.ff8p-15f, -0.f};
  const Value x = reals({static_cast<Index>(given.size())}, given);
  const Value cast = result("Cast", {x}, half);
  CHECK(cast.type() == Type::float16);
  CHECK(numbers(cast) == wanted);
  CHECK(std::signbit(numbers(cast).back()));
  CHECK(numbers(result("CastLike", {x, cast})) == wanted);
  CHECK(numbers(result("Cast", {whole({4}, {2049, 2051, 65519, -65520})}, half)) ==
        Reals{2048, 2052, 65504, -kInfinite});
  CHECK(std::isnan(numbers(result("Cast", {reals({1}, {kNaN})}, half))[0]));
  CHECK(numbers(result("Cast", {reals({1}, {0.1f})}, {{"to", Index{1}}})) == Reals{0.1f});
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

TEST_CASE("graph edges: norms of zero rows, of huge and of tiny ones") {
  const Value rows = reals({4, 2}, {0, 0, 3, 4, 3e25F, -4e25F, 3e-30F, 4e-30F});
  for (const Real y : numbers(result("LpNormalization", {reals({1, 3}, {0, 0, 0})}))) CHECK(y == 0);
  const Reals two = numbers(result("LpNormalization", {rows}));
  const Reals one = numbers(result("LpNormalization", {rows}, {{"p", Index{1}}}));
  const Reals expected = {0, 0, 0.6F, 0.8F, 0.6F, -0.8F, 0.6F, 0.8F};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(two[i] == doctest::Approx(expected[i]));
    CHECK(one[i] == doctest::Approx(expected[i] * 5 / 7));
  }
  CHECK(std::isnan(numbers(result("LpNormalization", {reals({1, 2}, {kNaN, 1})}))[1]));
  const Reals norms = numbers(result("ReduceL2", {rows}, axes(1)));
  for (const auto& [got, wanted] : {std::pair{norms[0], Real(0)},
                                    {norms[1], Real(5)},
                                    {norms[2], Real(5e25)},
                                    {norms[3], Real(5e-30)}})
    CHECK(got == doctest::Approx(wanted).epsilon(1e-6));
  CHECK(numbers(result("ReduceL2", {reals({2, 0}, {})}, axes(1))) == Reals{0, 0});
}

TEST_CASE("graph edges: slices that begin before the first element") {
  const Value x = reals({4}, {1, 2, 3, 4});
  const auto sliced = [&](Index begin, Index end, Index step) {
    return numbers(result(
        "Slice", {x, whole({1}, {begin}), whole({1}, {end}), whole({1}, {0}), whole({1}, {step})}));
  };
  constexpr Index kLeast = std::numeric_limits<Index>::min();
  constexpr Index kMost = std::numeric_limits<Index>::max();
  CHECK(sliced(-9, kLeast, -1) == Reals{1});  // ONNX clamps the start to the first element
  CHECK(sliced(-9, -9, -1) == Reals{1});
  CHECK(sliced(kLeast, kLeast, -2) == Reals{1});
  CHECK(sliced(-9, 1, -1) == Reals{});
  CHECK(sliced(-9, 2, 1) == Reals{1, 2});
  CHECK(sliced(9, kLeast, -1) == Reals{4, 3, 2, 1});
  CHECK(sliced(kMost, -3, -2) == Reals{4});
  CHECK(sliced(9, kMost, 1) == Reals{});
  CHECK(result("Slice", {reals({0}, {}), whole({1}, {-1}), whole({1}, {kLeast}), whole({1}, {0}),
                         whole({1}, {-1})})
            .size() == 0);
}

TEST_CASE("graph edges: windows that begin on the image, however far they reach beyond it") {
  const auto pooled = [](const char* op, Index extent, Index kernel, Index stride, Index before,
                         Index after, Index count_pad) {
    Reals values;
    for (Index i = 0; i < extent; ++i) values.push_back(static_cast<Real>(i + 1));
    return numbers(result(op, {reals({1, 1, extent}, values)},
                          {{"kernel_shape", std::vector<Index>{kernel}},
                           {"strides", std::vector<Index>{stride}},
                           {"pads", std::vector<Index>{before, after}},
                           {"ceil_mode", Index{1}},
                           {"count_include_pad", count_pad}}));
  };
  // As torch.nn.functional's pools of 1..n with ceil_mode=True.
  CHECK(pooled("MaxPool", 2, 3, 2, 0, 0, 0) == Reals{2});
  CHECK(pooled("AveragePool", 2, 3, 2, 0, 0, 0) == Reals{1.5});
  CHECK(pooled("AveragePool", 2, 3, 2, 0, 0, 1) == Reals{1.5});
  CHECK(pooled("AveragePool", 4, 3, 2, 0, 0, 1) == Reals{2, 3.5});
  CHECK(pooled("MaxPool", 5, 2, 3, 0, 0, 0) == Reals{2, 5});
  CHECK(pooled("MaxPool", 3, 2, 4, 1, 1, 0) == Reals{1});  // the next would begin on padding
  CHECK(pooled("MaxPool", 4, 3, 4, 1, 1, 0) == Reals{2, 4});
  CHECK(pooled("AveragePool", 4, 3, 4, 1, 1, 0) == Reals{1.5, 4});
  CHECK(pooled("AveragePool", 4, 3, 4, 1, 1, 1) == Reals{1, 2});
  CHECK(pooled("AveragePool", 1, 3, 5, 1, 0, 1) == Reals{0.5});
  CHECK_THROWS_WITH_AS(pooled("MaxPool", 1, 3, 2, 0, 0, 0), doctest::Contains("does not fit 1"),
                       Error);
}

TEST_CASE("graph edges: the largest of -infinities is -infinity, padded or not") {
  const Value x = reals({1, 1, 2, 2}, Reals(4, -kInfinite));
  for (const Index pad : {0, 1, 2})
    for (const Index dilation : {1, 2}) {
      if (dilation == 2 && pad == 0) continue;
      const Reals y = numbers(result("MaxPool", {x},
                                     {{"kernel_shape", std::vector<Index>{2, 2}},
                                      {"dilations", std::vector<Index>(2, dilation)},
                                      {"pads", std::vector<Index>(4, pad)}}));
      for (const Real v : y) CHECK(v == -kInfinite);
    }
}

TEST_CASE("graph edges: casts that no whole number answers are refused") {
  const auto cast = [](Real x, Type to) {
    return result("Cast", {reals({1}, {x})}, {{"to", static_cast<Index>(to)}}).whole()[0];
  };
  CHECK(cast(-1.9F, Type::int32) == -1);
  CHECK(cast(255.9F, Type::uint8) == 255);
  CHECK(cast(-0.9F, Type::uint8) == 0);
  CHECK(static_cast<std::uint64_t>(cast(1e19F, Type::uint64)) ==
        std::uint64_t{9999999980506447872U});
  CHECK(cast(kNaN, Type::boolean) == 1);
  CHECK(cast(16777217.F * 4, Type::int64) == Index{1} << 26);
  for (const Real bad : {kNaN, kInfinite, -kInfinite, Real(1e19)})
    CHECK_THROWS_WITH_AS(cast(bad, Type::int64), doctest::Contains("int64 cannot hold"), Error);
  CHECK_THROWS_WITH_AS(cast(3e9F, Type::int32), doctest::Contains("int32 cannot hold 3e+09"),
                       Error);
  CHECK_THROWS_AS(cast(256, Type::uint8), Error);
  CHECK_THROWS_AS(cast(-1, Type::uint64), Error);
}

TEST_CASE("graph edges: float64 counts as far as float32 does, or says so") {
  const auto to = [](Type type) { return Attributes{{"to", static_cast<Index>(type)}}; };
  const Index most = Index{1} << 24;
  const Value held = result("Cast", {whole({2}, {most, -most})}, to(Type::float64));
  CHECK(result("Cast", {held}, to(Type::int64)).whole() == Whole{most, -most});
  CHECK_THROWS_WITH_AS(result("Cast", {whole({1}, {most + 1})}, to(Type::float64)),
                       doctest::Contains("rounded: 1.67772e+07"), Unsupported);
  const Value far(Tensor::from({1}, {3e8F}), Type::float64);
  CHECK_THROWS_AS(result("Cast", {far}, to(Type::int64)), Unsupported);
  CHECK(result("Cast", {whole({1}, {most + 1})}, to(Type::float32)).tensor().item() == most);
}

TEST_CASE("graph edges: what is fed to whole numbers is rounded, or refused") {
  Builder net;
  net.input("x", {-1}, Type::uint8);
  net.node("Cast", {"x"}, {{"to", Index{1}}}, "y");
  net.output("y", {-1});
  const Graph graph(net.model());
  CHECK(graph(Tensor::from({3}, {0.4F, 254.6F, 7})).values() == Reals{0, 255, 7});
  for (const Real bad : {kNaN, kInfinite, Real(256), Real(-1)})
    CHECK_THROWS_WITH_AS(graph(Tensor::from({1}, {bad})), doctest::Contains("input 'x': uint8"),
                         Error);
}

TEST_CASE("graph edges: remainders and powers") {
  const Value a = reals({6}, {5.5F, -5.5F, 5.5F, -5.5F, 0, kInfinite}),
              b = reals({6}, {2, 2, -2, -2, -3, 2});
  const Reals floored = numbers(result("Mod", {a, b})),
              cut = numbers(result("Mod", {a, b}, {{"fmod", Index{1}}}));
  CHECK(Reals(floored.begin(), floored.end() - 1) == Reals{1.5, 0.5, -0.5, -1.5, 0});
  CHECK(Reals(cut.begin(), cut.end() - 1) == Reals{1.5, -1.5, 1.5, -1.5, 0});
  CHECK(std::isnan(floored[5]));
  CHECK(std::isnan(numbers(result("Mod", {reals({1}, {1}), reals({1}, {0})}))[0]));
  CHECK_THROWS_WITH_AS(result("Mod", {whole({1}, {1}), whole({1}, {0})}),
                       doctest::Contains("divided by zero"), Error);
  CHECK(result("Pow", {whole({3}, {3, -1, 2}), whole({3}, {40, 101, -1})}).whole() ==
        Whole{Index(12157665459056928801ULL), -1, 0});
  CHECK_THROWS_AS(result("Pow", {whole({1}, {0}), whole({1}, {-1})}), Error);
  CHECK_THROWS_AS(result("Pow", {whole({1}, {3}), reals({1}, {99.5F})}), Error);
}

TEST_CASE("graph edges: over no axes each element is reduced by itself") {
  const Value x = reals({2, 1}, {-3, 2});
  const auto each = [&](const char* op) {
    return numbers(result(op, {x}, {{"noop_with_empty_axes", Index{1}}}, 18));
  };
  CHECK(each("ReduceSum") == Reals{-3, 2});
  CHECK(each("ReduceMax") == Reals{-3, 2});
  CHECK(each("ReduceL1") == Reals{3, 2});
  CHECK(each("ReduceL2") == Reals{3, 2});
  CHECK(each("ReduceSumSquare") == Reals{9, 4});
}

TEST_CASE("graph edges: ranges without a step, and whole ones beyond what double counts") {
  CHECK_THROWS_WITH_AS(result("Range", {whole({}, {0}), whole({}, {0}), whole({}, {0})}),
                       doctest::Contains("a step of 0"), Error);
  CHECK_THROWS_AS(result("Range", {reals({}, {0}), reals({}, {kNaN}), reals({}, {1})}), Error);
  CHECK(result("Range", {whole({}, {kOdd}), whole({}, {kOdd + 3}), whole({}, {2})}).whole() ==
        Whole{kOdd, kOdd + 2});
  CHECK(result("Range", {whole({}, {5}), whole({}, {0}), whole({}, {-2})}).whole() ==
        Whole{5, 3, 1});
}

TEST_CASE("graph edges: rows that only mask, and rows without numbers") {
  const Reals half =
      numbers(result("Softmax", {reals({2, 2}, {-kInfinite, 0, -kInfinite, -kInfinite})}));
  CHECK(half[0] == 0);
  CHECK(half[1] == 1);
  CHECK(std::isnan(half[2]));  // as PyTorch and NumPy have it
  const auto top = results("TopK", {reals({4}, {1, kNaN, 3, 2}), whole({1}, {2})}, {}, 2);
  CHECK(top[1].whole() == Whole{1, 2});  // NaN counts as the largest
  CHECK(std::isnan(numbers(result("GlobalAveragePool", {reals({1, 1, 0, 2}, {})}))[0]));
  CHECK(numbers(result("GlobalMaxPool", {reals({1, 1, 0, 2}, {})})) == Reals{-kInfinite});
  CHECK(std::isnan(numbers(result("ReduceMean", {reals({1, 0}, {})}, axes(1)))[0]));
}

TEST_CASE("graph edges: an empty batch keeps the extent that is asked for as -1") {
  CHECK(result("Reshape", {reals({0, 3, 2}, {}), whole({2}, {0, -1})}).shape() == Shape{0, 6});
  CHECK(result("Reshape", {reals({0, 3}, {}), whole({2}, {-1, 3})}).shape() == Shape{0, 3});
  const Index large = Index{1} << 20;
  CHECK_THROWS_AS(result("Reshape", {reals({0, 3}, {}), whole({5}, {0, -1, large, large, large})}),
                  Error);
}

}  // namespace

TEST_CASE("graph edges: whole numbers beyond 64 bits are refused, not converted") {
  const Value x = whole({2}, {1, 2}), huge = reals({1}, {4e37F});
  CHECK_THROWS_WITH_AS(result("Pad", {x, whole({2}, {1, 1}), huge}),
                       doctest::Contains("padding whole numbers with 4"), engine::Error);
  CHECK_THROWS_WITH_AS(result("Range", {whole({}, {0}), reals({}, {8e37F}), reals({}, {4e37F})}),
                       doctest::Contains("whole numbers up to 4"), engine::Error);
}
