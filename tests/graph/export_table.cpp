// The export knows every op: those of the list of cases and of their gradients, and every row of
// pointwise.def. Each has an ONNX expression, except a few that occur only in gradients; and
// reading the export back gives the same results.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>

#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "engine/graph/ops/table.h"
#include "engine/graph/trace.h"
#include "engine/graph/write_onnx.h"
#include "engine/ops/fused_op.h"
#include "tests/cases/case.h"
#include "tests/cases/pointwise.h"
#include "tests/datasets/scratch.h"
#include "tests/graph/compare.h"

namespace {

using namespace engine;
using Function = std::function<Tensor(const Tensor&)>;

// Ops of gradients, which a network in evaluation does not hold; and `solve`, for which ONNX has no
// op.
const std::set<std::string> kUnwritten = {"average_pool_adjoint", "conv2d_weight_grad",
                                          "max_pool_adjoint", "scatter_add", "solve"};

using Words = std::map<std::string, std::string>;  // of an op's name; empty: none

// The ops behind a tensor; of fused ones, those of their definitions.
void collect(const Tensor& result, std::map<const void*, Tensor>& seen, Words& words) {
  std::vector<Tensor> open{result};
  while (!open.empty()) {
    const Tensor x = open.back();
    open.pop_back();
    if (!x.defined() || !x.node() || !seen.emplace(x.node(), x).second || !x.node()->op) continue;
    const engine::Node& node = *x.node();
    if (const auto* fused = dynamic_cast<const FusedOp*>(node.op.get()))
      open.push_back(fused->definition(node.inputs));
    else
      words[node.op->name()] = node.op->onnx() ? node.op->onnx() : "";
    open.insert(open.end(), node.inputs.begin(), node.inputs.end());
  }
}

Words all_ops() {
  Words words;
  for (const tests::Case& c : tests::cases()) {
    const GradMode everything(Tape::always);
    std::map<const void*, Tensor> seen;  // alive, so that no node takes the place of another
    tests::Instance instance(c);
    const Tensor y = instance();
    collect(y, seen, words);
    for (const Tensor& gradient : grad(sum(square(y)), instance.inputs(), true))
      collect(gradient, seen, words);
  }
  return words;
}

void same_when_read_again(const Function& function, const Shape& input) {
  const auto graph = graph::Graph::parse(graph::write_onnx(graph::trace(function, input)), "again");
  Shape shape = input;
  shape[0] = 3;
  const Tensor x = normal(shape), wanted = function(x), got = graph(x);
  CHECK(got.shape() == wanted.shape());
  CHECK(largest_difference(got + 1, wanted + 1) < 1e-6);  // a few roundings; some are all zeros
}

bool finite(const Tensor& x) {
  const std::vector<Real> values = x.values();
  return std::all_of(values.begin(), values.end(), [](Real v) { return std::isfinite(v); });
}

TEST_CASE("export table: every op says itself in ONNX's words, but for a few") {
  const Words all = all_ops();
  CHECK(all.size() > 40);
  for (const char* name : {"conv2d", "max_pool_adjoint", "conv2d_weight_grad", "tanh_grad"})
    CHECK(all.contains(name));  // the list reaches gradients
  for (const auto& [name, words] : all) {
    CAPTURE(name);
    CHECK(words.empty() == kUnwritten.contains(name));
    const graph::Operator* row = graph::find_operator(words);
    if (!words.empty()) CHECK((words.ends_with(')') || (row && row->write)));
  }
}

TEST_CASE("export table: an op of ONNX's that is one row of pointwise.def is read by it") {
  for (const char* name :
       {"Floor", "Round", "Exp", "Log", "Sqrt", "Reciprocal", "Sigmoid", "Softplus", "Cos"})
    CHECK(graph::find_operator(name) != nullptr);
  CHECK(graph::find_operator("Exp(x)") == nullptr);
  CHECK(graph::find_operator("Reciprocal(Sqrt(x))") == nullptr);
}

TEST_CASE("export table: every row of pointwise.def is written, and gives the same numbers") {
  const auto positive = [](const Tensor& x) { return square(x) + Real(0.1); };
  for (const tests::rows::UnaryRow& row : tests::rows::unary()) {
    const std::string name = row.name;
    CAPTURE(name);
    const bool mixed = finite(row.function(normal({64})));
    for (const Shape& shape : {Shape{1, 5}, Shape{1, 3, 2, 4}})
      same_when_read_again([&](const Tensor& x) { return row.function(mixed ? x : positive(x)); },
                           shape);
  }
  for (const tests::rows::BinaryRow& row : tests::rows::binary()) {
    const std::string name = row.name;
    CAPTURE(name);
    const Tensor few = normal({4});
    for (const Shape& shape : {Shape{1, 4}, Shape{1, 3, 2, 4}}) {
      same_when_read_again([&](const Tensor& x) { return row.function(x, flip(x, -1)); }, shape);
      same_when_read_again([&](const Tensor& x) { return row.function(x, few); }, shape);
      same_when_read_again([&](const Tensor& x) { return row.function(average_pool(x), few); },
                           {1, 4, 4, 4});
    }
  }
}

// An op as a user may add one, with or without an ONNX expression.
struct OwnOp : Op {
  const char* words;
  explicit OwnOp(const char* words) : words(words) {}
  const char* name() const override { return "own"; }
  const char* onnx() const override { return words; }
  Settings settings() const override { return {{"one", {1}}}; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs in, const Tensor& out) const override {
    std::vector<Real> values = in[0].values();
    for (Real& v : values) v = v / (1 + std::abs(v));
    engine::overwrite(out, values);
  }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override { return g; }
};

TEST_CASE("export table: an op brings its words, in one op of ONNX's or several") {
  for (const char* words : {"Softsign(x)", "Div(x, Add(Abs(x), one))", "Div( x,Add(1, Abs(x)) )",
                            "Mul(x, Reciprocal(Add(Elu(Abs(x), alpha=one), 1.0)))"})
    same_when_read_again([&](const Tensor& x) { return apply(OwnOp(words), {x}); }, {1, 4});
}

TEST_CASE("export table: words that are missing, broken or not known are refused in one line") {
  const auto refusal = [](const char* words) {
    return complaint([&] {
      graph::trace([&](const Tensor& x) { return apply(OwnOp(words), {x}); }, {1, 4});
    });
  };
  CHECK(says(refusal(nullptr), "export: own of [2, 4]", "no counterpart in ONNX", "Op::onnx()"));
  for (const char* words :
       {"", "Abs(x", "Abs(x))", "Abs(x,)", "Abs(=1)", "Abs()", "(x)", "Abs(x)y"})
    CHECK(says(refusal(words), "export: own", "is not said by", "expression.h"));
  CHECK(says(refusal("Elu(x, alpha=b)"), "has no setting 'b'"));
  CHECK(says(refusal("Softsign"), "has no setting 'Softsign'"));
  const auto summed = [](const Tensor& x) { return scatter_add(x, zeros({x.dim(0)}), x.dim(0)); };
  CHECK_THROWS_WITH_AS(graph::trace(summed, {1, 4}), doctest::Contains("no counterpart in ONNX"),
                       Error);
}

}  // namespace
