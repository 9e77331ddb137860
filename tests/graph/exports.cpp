// Ops that current exporters write for networks of images (ConvNeXt, ViT, Swin, EfficientNet), by
// their definitions in double, and small networks of these kinds.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "tests/graph/compare.h"
#include "tests/graph/one_node.h"

namespace {

using namespace engine;
using namespace engine::graph;

constexpr double kRounding = 2e-6;  // a few roundings of 6e-8, relative to the largest
constexpr Real kNever = -std::numeric_limits<Real>::infinity();

Tensor drawn(const Shape& shape) {
  seed(static_cast<std::uint64_t>(shape.size()) + 3);
  return normal(shape);
}

void same(const Value& got, const std::vector<double>& wanted) {
  REQUIRE(static_cast<std::size_t>(got.size()) == wanted.size());
  const Tensor expected = Tensor::from(got.shape(), Reals(wanted.begin(), wanted.end()));
  CHECK(largest_difference(got.tensor(), expected) < kRounding);
}

std::vector<double> each(const Tensor& x, const std::function<double(double)>& f) {
  std::vector<double> result;
  for (const Real v : x.values()) result.push_back(f(v));
  return result;
}

TEST_CASE("graph exports: Gelu in both ways, Mish and Swish") {
  const Tensor x =
      concat({drawn({2, 30}) * 3, Tensor::from({2, 4}, {0, -9, 9, -30, 30, 1, -1, 2})}, 1);
  same(result("Gelu", {Value(x)}, {}, 20),
       each(x, [](double v) { return 0.5 * v * std::erfc(-v / std::sqrt(2.)); }));
  const double c = std::sqrt(2 / std::acos(-1.));
  same(
      result("Gelu", {Value(x)}, {{"approximate", std::string("tanh")}}, 20),
      each(x, [c](double v) { return 0.5 * v * (1 + std::tanh(c * (v + 0.044715 * v * v * v))); }));
  same(result("Mish", {Value(x)}, {}, 18),
       each(x, [](double v) { return v * std::tanh(std::log1p(std::exp(v))); }));
  same(result("Swish", {Value(x)}, {{"alpha", 1.5F}}, 24),
       each(x, [](double v) { return v / (1 + std::exp(-1.5 * v)); }));
  CHECK_THROWS_AS(result("Gelu", {Value(x)}, {{"approximate", std::string("cubic")}}, 20),
                  Unsupported);
}

// [N, C, H, W] by its groups of channels; the scale and bias of each channel.
std::vector<double> group_norm(const Tensor& x, Index groups, const std::vector<double>& scale,
                               const std::vector<double>& bias) {
  const Reals values = x.values();
  const Index each = x.size() / x.dim(0) / groups, pixels = x.dim(2) * x.dim(3);
  std::vector<double> result;
  for (Index g = 0; g < x.dim(0) * groups; ++g) {
    double mean = 0, variance = 0;
    for (Index i = 0; i < each; ++i) mean += values[g * each + i] / double(each);
    for (Index i = 0; i < each; ++i)
      variance += std::pow(values[g * each + i] - mean, 2) / double(each);
    for (Index i = 0; i < each; ++i) {
      const Index channel = (g * each + i) / pixels % x.dim(1);
      result.push_back((values[g * each + i] - mean) / std::sqrt(variance + 1e-5) * scale[channel] +
                       bias[channel]);
    }
  }
  return result;
}

TEST_CASE("graph exports: GroupNormalization scales groups in opset 18, channels from 21 on") {
  const Tensor x = drawn({2, 4, 3, 2});
  const Attributes two{{"num_groups", Index{2}}};
  const Value s2 = reals({2}, {2, 3}), b2 = reals({2}, {-1, 1});
  const Value s4 = reals({4}, {1, 2, 3, 4}), b4 = reals({4}, {4, 3, 2, 1});
  same(result("GroupNormalization", {Value(x), s2, b2}, two, 18),
       group_norm(x, 2, {2, 2, 3, 3}, {-1, -1, 1, 1}));
  same(result("GroupNormalization", {Value(x), s4, b4}, two, 21),
       group_norm(x, 2, {1, 2, 3, 4}, {4, 3, 2, 1}));
  CHECK_THROWS_AS(result("GroupNormalization", {Value(x), s4, b4}, two, 18), Error);
  CHECK_THROWS_AS(result("GroupNormalization", {Value(x), s2, b2}, two, 21), Error);
  CHECK_THROWS_AS(result("GroupNormalization", {Value(x), s4, b4}, {{"num_groups", Index{3}}}, 21),
                  Error);
  const Value none = reals({0}, {});
  for (const Shape& empty : {Shape{0, 0, 2, 2}, Shape{1, 0, 2, 2}})
    CHECK(result("GroupNormalization", {reals(empty, {}), none, none}, two, 21).shape() == empty);
}

TEST_CASE("graph exports: RMSNormalization") {
  const Tensor x = drawn({3, 5}), scale = drawn({5});
  const Reals values = x.values(), by = scale.values();
  std::vector<double> wanted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double squares = 0;
    for (std::size_t k = 0; k < 5; ++k) squares += std::pow(values[i / 5 * 5 + k], 2) / 5;
    wanted.push_back(values[i] / std::sqrt(squares + 1e-5) * by[i % 5]);
  }
  same(result("RMSNormalization", {Value(x), Value(scale)}, {}, 23), wanted);
}

TEST_CASE("graph exports: Einsum") {
  const Tensor a = drawn({2, 3, 4}), b = drawn({2, 4, 5}), v = drawn({4});
  const auto einsum = [](const char* equation, const std::vector<Value>& inputs) {
    return result("Einsum", inputs, {{"equation", std::string(equation)}}).tensor();
  };
  const Tensor product = result("MatMul", {Value(a), Value(b)}).tensor();
  CHECK(largest_difference(einsum("bij,bjk->bik", {Value(a), Value(b)}), product) < kRounding);
  CHECK(largest_difference(einsum("...ij, ...jk", {Value(a), Value(b)}), product) < kRounding);
  CHECK(largest_difference(einsum("bij,bjk->kib", {Value(a), Value(b)}),
                           permute(product, {2, 1, 0})) < kRounding);
  CHECK(largest_difference(einsum("bij->jb", {Value(a)}), permute(sum(a, {1}), {1, 0})) <
        kRounding);
  CHECK(largest_difference(einsum("bij,j->", {Value(a), Value(v)}), sum(a * v)) < kRounding);
  CHECK(largest_difference(einsum("i,j->ij", {Value(v), Value(v)}),
                           reshape(v, {4, 1}) * reshape(v, {1, 4})) < kRounding);
  const Tensor weighted = reshape(sum(a, {1}) * v, {2, 1, 4});
  CHECK(largest_difference(einsum("bij,bjk,j->bk", {Value(a), Value(b), Value(v)}),
                           result("MatMul", {Value(weighted), Value(b)}).tensor()) < kRounding);
  const Tensor square = drawn({3, 3});
  const Reals s = square.values();
  CHECK(numbers(result("Einsum", {Value(square)}, {{"equation", std::string("ii->i")}})) ==
        Reals{s[0], s[4], s[8]});
  for (const char* bad : {"ij->i", "bij,bjk->bix", "b1j,bjk->bk", "bij,bkj->bik"})
    CHECK_THROWS_AS(einsum(bad, {Value(a), Value(b)}), Error);
}

// softmax(q k' scale + bias) v of one head, in double.
std::vector<double> attended(const Tensor& q, const Tensor& k, const Tensor& v,
                             const std::function<double(Index, Index)>& bias) {
  const Reals qs = q.values(), ks = k.values(), vs = v.values();
  const Index n = q.dim(0), m = k.dim(0), d = q.dim(1), e = v.dim(1);
  std::vector<double> result;
  for (Index i = 0; i < n; ++i) {
    std::vector<double> weights;
    double total = 0;
    for (Index j = 0; j < m; ++j) {
      double score = bias(i, j);
      for (Index c = 0; c < d; ++c) score += qs[i * d + c] * ks[j * d + c] / std::sqrt(double(d));
      weights.push_back(std::exp(score));
      total += weights.back();
    }
    for (Index c = 0; c < e; ++c) {
      double sum = 0;
      for (Index j = 0; j < m; ++j) sum += weights[j] * vs[j * e + c];
      result.push_back(total > 0 ? sum / total : 0);
    }
  }
  return result;
}

TEST_CASE("graph exports: Attention, by heads and by rows, masked and causal") {
  const Tensor q = drawn({3, 4}), k = drawn({5, 4}), v = drawn({5, 2});
  const auto head = [](const Tensor& x) { return Value(reshape(x, {1, 1, x.dim(0), x.dim(1)})); };
  const auto run = [&](const Attributes& attributes, const Value& mask) {
    return result("Attention", {head(q), head(k), head(v), mask}, attributes, 23);
  };
  const Value open = reals({3, 5}, Reals(15, 0));
  const auto nothing = [](Index, Index) { return 0.; };
  same(run({}, open), attended(q, k, v, nothing));
  same(run({{"is_causal", Index{1}}}, open),
       attended(q, k, v, [](Index i, Index j) { return j > i ? -1e9 : 0; }));
  const Value mask({3, 5}, Whole{1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0}, Type::boolean);
  same(run({}, mask), attended(q, k, v, [&](Index i, Index j) {
         return mask.whole()[i * 5 + j] ? 0 : double{kNever};
       }));  // the second query looks at nothing: zeros
  const Value rows = result(
      "Attention",
      {Value(reshape(q, {1, 3, 4})), Value(reshape(k, {1, 5, 4})), Value(reshape(v, {1, 5, 2}))},
      {{"q_num_heads", Index{1}}, {"kv_num_heads", Index{1}}}, 23);
  CHECK(rows.shape() == Shape{1, 3, 2});
  same(rows, attended(q, k, v, nothing));
  CHECK_THROWS_AS(run({}, reals({7, 1, 3, 5}, Reals(105, 0))), Error);
  CHECK_THROWS_WITH_AS(result("Attention", {head(q), head(k), head(v), open, head(k)}, {}, 23),
                       doctest::Contains("a cache of past keys"), Unsupported);
}

// --- Networks --------------------------------------------------------------------------------

// Rows [N, L, C] normalized, widened, bent and narrowed again, and added.
std::string mixed(Builder& net, const std::string& x, Index channels) {
  const std::string n = x + "/";
  std::string y = net.node("LayerNormalization", {x, net.constant(n + "s", drawn({channels})),
                                                  net.constant(n + "b", drawn({channels}))});
  y = net.node("MatMul", {y, net.constant(n + "w1", drawn({channels, 2 * channels}))});
  y = net.node("Gelu", {y});
  y = net.node("MatMul", {y, net.constant(n + "w2", drawn({2 * channels, channels}))});
  return net.node("Add", {x, y});
}

Model transformer(int opset) {  // patches, a layer of attention, a layer of mixing, a mean
  Builder net(opset);
  std::string x = net.input("x", {-1, 3, 8, 8});
  x = net.node("Conv", {x, net.kernel("patches", drawn({8, 4, 4, 3}))},
               {{"strides", std::vector<Index>{4, 4}}});
  x = net.node("Reshape", {x, net.constant("rows", std::vector<Index>{0, 8, -1})});
  x = net.node("Transpose", {x}, {{"perm", std::vector<Index>{0, 2, 1}}});
  const Attributes heads{{"perm", std::vector<Index>{0, 2, 1, 3}}};
  const std::string split = net.constant("split", std::vector<Index>{0, -1, 2, 4});
  std::vector<std::string> parts;
  for (const char* name : {"q", "k", "v"}) {
    const std::string all = net.node("MatMul", {x, net.constant(name, drawn({8, 8}))});
    parts.push_back(net.node("Transpose", {net.node("Reshape", {all, split})}, heads));
  }
  std::string y;
  if (opset >= 23) {
    y = net.node("Attention", parts);
  } else {
    const std::string k =
        net.node("Transpose", {parts[1]}, {{"perm", std::vector<Index>{0, 1, 3, 2}}});
    const std::string half = net.constant("half", Tensor::from({}, {0.5F}));
    const std::string scores = net.node("Mul", {net.node("MatMul", {parts[0], k}), half});
    y = net.node("MatMul", {net.node("Softmax", {scores}), parts[2]});
  }
  y = net.node("Reshape", {net.node("Transpose", {y}, heads),
                           net.constant("join", std::vector<Index>{0, -1, 8})});
  y = mixed(net, net.node("Add", {x, y}), 8);
  y = net.node("ReduceMean", {y, net.constant("axis", std::vector<Index>{1})},
               {{"keepdims", Index{0}}});
  net.node("Gemm", {y, net.constant("head", drawn({8, 5}))}, {}, "y");
  net.output("y", {-1, 5});
  return net.model();
}

TEST_CASE("graph exports: a transformer of opset 20 and its like of opset 23 agree") {
  const Tensor x = drawn({3, 8, 8, 3});
  const Tensor spelled = Graph::parse(write_onnx(transformer(20)), "20.onnx")(x);
  const Tensor attention = Graph::parse(write_onnx(transformer(23)), "23.onnx")(x);
  CHECK(spelled.shape() == Shape{3, 5});
  CHECK(largest_difference(attention, spelled) < kRounding);
  CHECK(deviation_over_batch(spelled) > 1e-2);  // it depends on the image
}

}  // namespace
