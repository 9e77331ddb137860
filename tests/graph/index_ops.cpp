// Rows that read and write elements at places, and functions along a line, against numbers by hand.
// ONNX's own cases (tools/onnx_conformance) try each row far more widely.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/graph/one_node.h"

namespace {

using namespace engine;
using namespace engine::graph;

const Value kTable = reals({2, 3}, {1, 2, 3, 4, 5, 6});

TEST_CASE("graph ops: elements by index") {
  CHECK(numbers(result("GatherElements", {kTable, whole({2, 2}, {2, -3, 0, 1})},
                       {{"axis", Index{1}}})) == Reals{3, 1, 4, 5});
  CHECK(numbers(result("ScatterElements",
                       {kTable, whole({1, 3}, {1, 0, 1}), reals({1, 3}, {7, 8, 9})},
                       {{"axis", Index{0}}})) == Reals{1, 8, 3, 7, 5, 9});
  CHECK(numbers(result("ScatterElements", {kTable, whole({2, 1}, {1, 1}), reals({2, 1}, {10, 20})},
                       {{"axis", Index{1}}, {"reduction", std::string("add")}})) ==
        Reals{1, 12, 3, 4, 25, 6});
  CHECK(numbers(result(
            "ScatterElements", {kTable, whole({1, 3}, {0, 0, 0}), reals({1, 3}, {9, 0, 4})},
            {{"axis", Index{0}}, {"reduction", std::string("max")}})) == Reals{9, 2, 4, 4, 5, 6});
  CHECK(result("ScatterND", {whole({2}, {1, 2}), whole({2, 1}, {1, 1}), whole({2}, {-3, 5})},
               {{"reduction", std::string("min")}})
            .whole() == Whole{1, -3});
  CHECK(numbers(result("GatherND", {kTable, whole({2, 2}, {0, 2, 1, -1})})) == Reals{3, 6});
  CHECK(numbers(result("GatherND", {kTable, whole({2, 1}, {2, 0})}, {{"batch_dims", Index{1}}})) ==
        Reals{3, 4});
  CHECK(result("ScatterND", {whole({3}, {1, 2, 3}), whole({2, 1}, {2, 0}), whole({2}, {9, 8})})
            .whole() == Whole{8, 2, 9});
  CHECK(numbers(result("Compress", {kTable, whole({3}, {0, 1, 1})}, {{"axis", Index{1}}})) ==
        Reals{2, 3, 5, 6});
  CHECK(result("NonZero", {reals({2, 2}, {0, 1, 2, 0})}).whole() == Whole{0, 1, 1, 0});
  CHECK_THROWS_WITH_AS(result("GatherElements", {kTable, whole({1, 1}, {2})}, {{"axis", Index{0}}}),
                       doctest::Contains("index 2 is outside an axis of 2"), Error);
}

TEST_CASE("graph ops: arrays made by place") {
  CHECK(numbers(result("OneHot", {whole({2}, {-1, 1}), whole({}, {3}), reals({2}, {0, 5})})) ==
        Reals{0, 0, 5, 0, 5, 0});
  CHECK(numbers(result("OneHot", {whole({2}, {7, 1}), whole({}, {2}), reals({2}, {1, 0})},
                       {{"axis", Index{0}}})) == Reals{1, 1, 1, 0});
  CHECK(result("Trilu", {whole({2, 3}, {1, 2, 3, 4, 5, 6})}).whole() == Whole{1, 2, 3, 0, 5, 6});
  CHECK(result("Trilu", {whole({2, 3}, {1, 2, 3, 4, 5, 6}), whole({}, {1})}, {{"upper", Index{0}}})
            .whole() == Whole{1, 2, 0, 4, 5, 6});
  CHECK(numbers(result("EyeLike", {kTable}, {{"k", Index{1}}})) == Reals{0, 1, 0, 0, 0, 1});
}

TEST_CASE("graph ops: along a line") {
  const Value axis = whole({}, {1});
  CHECK(numbers(result("CumSum", {kTable, axis})) == Reals{1, 3, 6, 4, 9, 15});
  CHECK(
      numbers(result("CumSum", {kTable, axis}, {{"exclusive", Index{1}}, {"reverse", Index{1}}})) ==
      Reals{5, 3, 0, 11, 6, 0});
  CHECK(numbers(result("ReduceProd", {kTable}, {{"axes", std::vector<Index>{0}}})) ==
        Reals{4, 10, 18});
  CHECK(numbers(result("ReduceProd", {kTable}, {{"keepdims", Index{0}}})) == Reals{720});
  CHECK(numbers(result("Hardmax", {reals({2, 2}, {3, 3, 1, 2})})) == Reals{1, 0, 0, 1});
  const auto top = results("TopK", {reals({2, 3}, {1, 5, 5, 9, 7, 8}), whole({1}, {2})}, {}, 2);
  CHECK(numbers(top[0]) == Reals{5, 5, 9, 8});
  CHECK(top[1].whole() == Whole{1, 2, 0, 2});
  const auto normal =
      results("LayerNormalization", {reals({1, 2}, {1, 3}), reals({2}, {2, 2}), reals({2}, {0, 1})},
              {{"epsilon", 0.F}}, 3);
  CHECK(numbers(normal[0]) == Reals{-2, 3});
  CHECK(numbers(normal[1]) == Reals{2});
  CHECK(numbers(normal[2]) == Reals{1});
}

TEST_CASE("graph ops: what opset 18 changed") {
  const Value axes = whole({1}, {-1});
  CHECK(numbers(result("Pad", {kTable, whole({2}, {1, 0}), reals({}, {9}), axes}, {}, 18)) ==
        Reals{9, 1, 2, 3, 9, 4, 5, 6});
  CHECK(numbers(result("ReduceMean", {kTable, axes}, {}, 18)) == Reals{2, 5});
  const auto parts =
      results("Split", {kTable}, {{"axis", Index{1}}, {"num_outputs", Index{2}}}, 2, 18);
  CHECK(numbers(parts[0]) == Reals{1, 2, 4, 5});
  CHECK(numbers(parts[1]) == Reals{3, 6});
  CHECK_THROWS_WITH_AS(result("Resize", {kTable}, {{"antialias", Index{1}}}, 18),
                       doctest::Contains("antialiasing"), Unsupported);
}

TEST_CASE("graph ops: whole powers, infinities, casts by example") {
  CHECK(result("Pow", {whole({3}, {2, -3, 7}), whole({3}, {10, 3, 0})}).whole() ==
        Whole{1024, -27, 1});
  CHECK(result("Pow", {whole({1}, {3}), whole({1}, {20})}).whole() == Whole{3486784401});
  CHECK(numbers(result("Pow", {reals({2}, {1.5F, 4}), whole({2}, {2, 3})})) == Reals{2.25F, 64});
  const Real infinite = std::numeric_limits<Real>::infinity();
  CHECK(result("IsInf", {reals({3}, {infinite, -infinite, 1})}, {{"detect_negative", Index{0}}})
            .whole() == Whole{1, 0, 0});
  CHECK(result("CastLike", {reals({2}, {1.9F, -1.9F}), whole({}, {0})}).whole() == Whole{1, -1});
}

TEST_CASE("graph ops: where maxima were, and pools of bytes") {
  // [1, 1, 3, 3]: windows of 2x2, every step.
  const Value x = reals({1, 1, 3, 3}, {1, 2, 3, 9, 5, 4, 7, 8, 6});
  const Attributes window = {{"kernel_shape", std::vector<Index>{2, 2}}};
  const auto pooled = results("MaxPool", {x}, window, 2);
  CHECK(numbers(pooled[0]) == Reals{9, 5, 9, 8});
  CHECK(pooled[1].whole() == Whole{3, 4, 3, 7});
  const Value bytes({1, 1, 2, 2}, Whole{7, 255, 0, 3}, Type::uint8);
  const Value largest = result("MaxPool", {bytes}, window);
  CHECK(largest.type() == Type::uint8);
  CHECK(largest.whole() == Whole{255});
}

TEST_CASE("graph ops: the losses that training graphs end in") {
  // Two pixels of two classes, [1, 2, 2].
  const Value p = reals({1, 2, 2}, {-1, -2, -3, -4}), labels = whole({1, 2}, {1, 0});
  CHECK(numbers(result("NegativeLogLikelihoodLoss", {p, labels},
                       {{"reduction", std::string("none")}})) == Reals{3, 2});
  CHECK(numbers(result("NegativeLogLikelihoodLoss", {p, labels, reals({2}, {1, 3})})) ==
        Reals{(9.F + 2) / 4});
  const auto loss = results("SoftmaxCrossEntropyLoss",
                            {reals({1, 2}, {0, std::log(3.F)}), whole({1}, {0})}, {}, 2);
  CHECK(numbers(loss[0])[0] == doctest::Approx(std::log(4.)));
  CHECK(numbers(loss[1])[1] == doctest::Approx(std::log(0.75)));
}

}  // namespace
