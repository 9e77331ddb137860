#include "engine/graph/trace.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "engine/graph/draft.h"
#include "engine/graph/expression.h"
#include "engine/ops/fused_op.h"

namespace engine::graph {
namespace {

// A batch of irregular numbers that does not use the random generator.
Tensor sample(const Shape& input, Index batch) {
  Shape shape = input;
  shape[0] = batch;
  std::vector<Real> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<Real>(std::sin(12.9898 * static_cast<double>(i + 1) + 0.1 * batch));
  return Tensor::from(shape, values);
}

// Walks both traces side by side, from the results to the inputs, and writes the ops that depend on
// the input in an order in which they can run.
class Trace {
 public:
  Trace(Builder& net, const Traced& input, const std::string& name) : names_(net), input_(input) {
    net.input(name, port(input));
    names_.set(input, {name, input.first.rank() == 4});
    depends_.insert(input.first.node());
  }

  std::string write(const Traced& result) {
    check(settle(result), "export: the result does not depend on the input");
    return names_.name(result, result.first.rank() == 4);
  }

  // Extents in the file's order. Errors: extents besides the batch that differ between the traces.
  static std::vector<Index> port(const Traced& value) {
    std::vector<Index> extents;
    for (int i = 0; i < value.first.rank(); ++i)
      extents.push_back(value.first.dim(i) == value.second.dim(i) ? value.first.dim(i) : -1);
    if (extents.size() == 4) std::rotate(extents.begin() + 1, extents.begin() + 3, extents.end());
    return extents;
  }

 private:
  // What an op computes from: its inputs or, where it is a fused one, its definition in plain ops.
  const std::vector<Traced>& sources(const Traced& value) {
    auto [entry, fresh] = sources_.try_emplace(value.first.node());
    std::vector<Traced>& list = entry->second;
    if (!fresh) return list;
    const engine::Node &a = *value.first.node(), &b = *value.second.node();
    if (!a.op) return list;
    check(b.op && a.inputs.size() == b.inputs.size() && !std::strcmp(a.op->name(), b.op->name()),
          "export: the function runs different ops for a batch of 2 and a batch of 3 (",
          a.op->name(), ")");
    if (const auto* fused = dynamic_cast<const FusedOp*>(a.op.get())) {
      const auto& other = dynamic_cast<const FusedOp&>(*b.op);
      list.push_back({fused->definition(a.inputs), other.definition(b.inputs)});
    } else {
      for (std::size_t i = 0; i < a.inputs.size(); ++i) list.push_back({a.inputs[i], b.inputs[i]});
    }
    return list;
  }

  // Writes the value after its dependencies; returns whether it depends on the input. The stack is
  // explicit, because a network may be deep.
  bool settle(const Traced& result) {
    struct Visit {
      Traced value;
      std::size_t next = 0;
    };
    std::vector<Visit> stack = {{result}};
    while (!stack.empty()) {
      Visit& visit = stack.back();
      const std::vector<Traced>& from = sources(visit.value);
      if (!seen(visit.value) && visit.next < from.size()) {
        const Traced next = from[visit.next++];
        if (!seen(next)) stack.push_back({next});
        continue;
      }
      const Traced value = visit.value;
      stack.pop_back();
      if (seen(value)) continue;
      seen_.insert(value.first.node());
      if (std::any_of(from.begin(), from.end(), [&](const Traced& t) { return depends(t); })) {
        depends_.insert(value.first.node());
        write_one(value, from);
      }
    }
    return depends(result);
  }

  void write_one(const Traced& value, const std::vector<Traced>& from) {
    const engine::Node& node = *value.first.node();
    const bool fused = dynamic_cast<const FusedOp*>(node.op.get()) != nullptr;
    names_.set(value, fused ? *names_.find(from[0]) : write_traced(TracedOp(names_, value)));
  }

  bool seen(const Traced& value) const {
    return value.first.node() == input_.first.node() || seen_.contains(value.first.node());
  }
  bool depends(const Traced& value) const { return depends_.contains(value.first.node()); }

  TraceNames names_;
  const Traced input_;
  std::map<const void*, std::vector<Traced>> sources_;
  std::unordered_set<const void*> seen_, depends_;
};

// As users expect, scales and biases are merged into the preceding layer, and unused values are
// omitted.
Model tidied(Model model) {
  Draft draft{model, std::move(model.nodes), std::move(model.constants), {}};
  for (const Port& output : model.outputs) draft.wanted.insert(output.name);
  drop_unused(draft);
  name_results(draft);
  fold_scales(draft);
  drop_unused(draft);
  for (Node& node : draft.nodes) node.name = node.outputs[0];
  model.nodes = std::move(draft.nodes);
  model.constants = std::move(draft.constants);
  return model;
}

}  // namespace

Model trace(const std::function<Tensor(const Tensor&)>& function, const Shape& input,
            const std::string& input_name, const std::string& output_name) {
  check(input.rank() >= 1, "export: the input has no batch axis");
  const GradMode everything(Tape::always);
  const Traced x{sample(input, 2), sample(input, 3)};
  const Traced y{function(x.first), function(x.second)};
  Builder net;
  Trace trace(net, x, input_name);
  const std::string result = trace.write(y);
  const std::vector<Index> extents = Trace::port(y);
  check(!extents.empty() && std::count(extents.begin(), extents.end(), -1) == 1 && extents[0] == -1,
        "export: the result ", y.first.shape(), " for a batch of 2 is ", y.second.shape(),
        " for a batch of 3; its first extent must be the batch, and no other extent may depend on "
        "it");
  net.node("Identity", {result}, {}, output_name);
  net.output(output_name, extents);
  net.model().path = "export";
  return tidied(net.model());
}

}  // namespace engine::graph
