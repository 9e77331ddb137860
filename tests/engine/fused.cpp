// Fused ops against the definitions they carry: the kernels, forward and first-order backward, must
// agree with plain ops. Covers every fused op that any case uses.
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "engine/ops/fused_op.h"
#include "tests/cases/case.h"

using namespace tests;

namespace {

// The results of fused ops in the graph of y.
std::vector<Tensor> fused_results(const Tensor& y) {
  std::vector<Tensor> found, waiting{y};
  std::set<const engine::Node*> seen;
  while (!waiting.empty()) {
    const Tensor t = waiting.back();
    waiting.pop_back();
    if (!seen.insert(t.node()).second) continue;
    if (dynamic_cast<const engine::FusedOp*>(t.node()->op.get())) found.push_back(t);
    for (const Tensor& input : t.node()->inputs) waiting.push_back(input);
  }
  return found;
}

}  // namespace

TEST_CASE("fused: kernels equal their definitions, forward and backward") {
  std::map<std::string, int> compared;
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    Instance f(c);
    for (const Tensor& out : fused_results(f())) {
      const auto& op = dynamic_cast<const engine::FusedOp&>(*out.node()->op);
      CAPTURE(op.name());
      std::vector<Tensor> in;
      for (const Tensor& input : out.node()->inputs) in.push_back(input.detach());
      const Tensor expected = op.definition(in);
      CHECK(difference(out, expected) < kClose);

      const Tensor g = Draw(5).uniform(out.shape()).tensor();
      std::vector<Tensor> cotangents(in.size());
      const std::vector<char> all(in.size(), 1);
      op.backward(g, in, out, all, cotangents);
      const std::vector<Tensor> flows = engine::grad(expected, in, false, g);
      for (std::size_t i = 0; i < in.size(); ++i) {
        CAPTURE(i);
        CHECK(difference(cotangents[i], flows[i]) < kClose);
      }
      ++compared[op.name()];
    }
  }
  CHECK(compared["bias_activation"] >= 4);  // each activation
  CHECK(compared["batch_norm"] >= 4);
  CHECK(compared["scale_to_norm"] >= 3);
}
