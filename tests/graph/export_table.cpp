// The export knows every op: those of the list of cases and of their gradients, and every row of
// pointwise.def. Each has a row, or a reason why it has none; and what has a row is read again as
// the same numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>

#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "engine/graph/trace.h"
#include "engine/graph/traced_op.h"
#include "engine/graph/write_onnx.h"
#include "engine/ops/fused_op.h"
#include "tests/cases/case.h"
#include "tests/cases/pointwise.h"
#include "tests/graph/compare.h"

namespace {

using namespace engine;
using Function = std::function<Tensor(const Tensor&)>;

constexpr const char* kAdvice =
    "add a row for it to engine/graph/trace_pointwise.cpp or trace_ops.cpp, or to kLeftOut there";

// The names of the ops behind a tensor; of fused ones, those of their definitions.
void collect(const Tensor& result, std::map<const void*, Tensor>& seen,
             std::set<std::string>& names) {
  std::vector<Tensor> open{result};
  while (!open.empty()) {
    const Tensor x = open.back();
    open.pop_back();
    if (!x.defined() || !x.node() || !seen.emplace(x.node(), x).second || !x.node()->op) continue;
    const engine::Node& node = *x.node();
    if (const auto* fused = dynamic_cast<const FusedOp*>(node.op.get()))
      open.push_back(fused->definition(node.inputs));
    else
      names.insert(node.op->name());
    open.insert(open.end(), node.inputs.begin(), node.inputs.end());
  }
}

std::set<std::string> all_ops() {
  std::set<std::string> names;
  for (const tests::Case& c : tests::cases()) {
    const GradMode everything(Tape::always);
    std::map<const void*, Tensor> seen;  // alive, so that no node takes the place of another
    tests::Instance instance(c);
    const Tensor y = instance();
    collect(y, seen, names);
    for (const Tensor& gradient : grad(sum(square(y)), instance.inputs(), true))
      collect(gradient, seen, names);
  }
  return names;
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

TEST_CASE("export table: every op is written, or left out for a reason") {
  const std::set<std::string> names = all_ops();
  CHECK(names.size() > 40);
  for (const char* name : {"conv2d", "max_pool_adjoint", "conv2d_weight_grad", "tanh_grad"})
    CHECK(names.contains(name));  // the list reaches gradients
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK_MESSAGE(graph::is_written(name) != !graph::left_out(name).empty(), kAdvice);
  }
}

TEST_CASE("export table: every row of pointwise.def is written, and gives the same numbers") {
  const auto positive = [](const Tensor& x) { return square(x) + Real(0.1); };
  for (const tests::rows::UnaryRow& row : tests::rows::unary()) {
    const std::string name = row.name;
    CAPTURE(name);
    REQUIRE_MESSAGE(graph::is_written(name), kAdvice);
    const bool mixed = finite(row.function(normal({64})));
    for (const Shape& shape : {Shape{1, 5}, Shape{1, 3, 2, 4}})
      same_when_read_again([&](const Tensor& x) { return row.function(mixed ? x : positive(x)); },
                           shape);
  }
  for (const tests::rows::BinaryRow& row : tests::rows::binary()) {
    const std::string name = row.name;
    CAPTURE(name);
    REQUIRE_MESSAGE(graph::is_written(name), kAdvice);
    const Tensor few = normal({4});
    for (const Shape& shape : {Shape{1, 4}, Shape{1, 3, 2, 4}}) {
      same_when_read_again([&](const Tensor& x) { return row.function(x, flip(x, -1)); }, shape);
      same_when_read_again([&](const Tensor& x) { return row.function(x, few); }, shape);
      same_when_read_again([&](const Tensor& x) { return row.function(average_pool(x), few); },
                           {1, 4, 4, 4});
    }
  }
}

// An op as a user may add one, named like a function that ONNX has, or not.
struct OwnOp : Op {
  const char* title;
  explicit OwnOp(const char* title) : title(title) {}
  const char* name() const override { return title; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs in, const Tensor& out) const override {
    std::vector<Real> values = in[0].values();
    for (Real& v : values) v = v / (1 + std::abs(v));
    engine::overwrite(out, values);
  }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override { return g; }
};

TEST_CASE("export table: a row named like a function of ONNX's needs nothing more") {
  same_when_read_again([](const Tensor& x) { return apply(OwnOp("softsign"), {x}); }, {1, 4});
}

TEST_CASE("export table: the refusal says what to add, or why there is nothing to add") {
  CHECK_THROWS_WITH_AS(
      graph::trace([](const Tensor& x) { return apply(OwnOp("wobble"), {x}); }, {1, 4}),
      doctest::Contains("add a row 'wobble' to engine/graph/trace_pointwise.cpp"), Error);
  const auto summed = [](const Tensor& x) { return scatter_add(x, zeros({x.dim(0)}), x.dim(0)); };
  CHECK_THROWS_WITH_AS(graph::trace(summed, {1, 4}), doctest::Contains("is the gradient of gather"),
                       Error);
}

}  // namespace
