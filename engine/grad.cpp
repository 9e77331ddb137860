#include "engine/grad.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/check.h"
#include "engine/op.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"

namespace engine {
namespace {

using NodeSet =
    std::unordered_set<Node*, std::hash<Node*>, std::equal_to<>, FreeListAllocator<Node*>>;
using Cotangents = std::unordered_map<Node*, Tensor, std::hash<Node*>, std::equal_to<>,
                                      FreeListAllocator<std::pair<Node* const, Tensor>>>;

// Everything that y was made from, oldest first. Older nodes than the oldest x cannot lie between.
TensorList ancestors(const Tensor& y, std::uint64_t oldest) {
  TensorList found, waiting;
  NodeSet seen;
  waiting.push_back(y);
  while (!waiting.empty()) {
    Tensor t = std::move(waiting.back());
    waiting.pop_back();
    if (t.node()->id < oldest || !seen.insert(t.node()).second) continue;
    for (const Tensor& input : t.node()->inputs) waiting.push_back(input);
    found.push_back(std::move(t));
  }
  std::sort(found.begin(), found.end(),
            [](const Tensor& a, const Tensor& b) { return a.node()->id < b.node()->id; });
  return found;
}

// The nodes that lead to y from those in `lead` at first, the xs.
NodeSet leading(const TensorList& oldest_first, NodeSet lead) {
  for (const Tensor& t : oldest_first)
    for (const Tensor& input : t.node()->inputs)
      if (lead.contains(input.node())) lead.insert(t.node());
  return lead;
}

void accumulate(Cotangents& cotangents, const Tensor& input, const Tensor& cotangent) {
  if (!cotangent.defined()) return;                        // not differentiable: nothing flows
  const Tensor fitted = sum_to(cotangent, input.shape());  // broadcasting is undone here, once
  const auto [entry, fresh] = cotangents.try_emplace(input.node(), fitted);
  if (!fresh) entry->second = entry->second + fitted;
}

void propagate(const Tensor& t, const Tensor& g, const NodeSet& lead, Cotangents& cotangents) {
  const TensorList& inputs = t.node()->inputs;
  std::vector<char, FreeListAllocator<char>> wanted(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) wanted[i] = lead.contains(inputs[i].node());
  TensorList flows(inputs.size());
  t.node()->op->vjps(g, inputs, t, wanted, flows);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (wanted[i]) accumulate(cotangents, inputs[i], flows[i]);
}

}  // namespace

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs, bool differentiable,
                         const Tensor& cotangent) {
  const TensorList list = gradients(y, xs, differentiable, cotangent);
  return {list.begin(), list.end()};
}

TensorList gradients(const Tensor& y, std::span<const Tensor> xs, bool differentiable,
                     const Tensor& cotangent) {
  check(y.defined(), "grad: no tensor to differentiate");
  check(cotangent.defined() ? cotangent.shape() == y.shape() : y.size() == 1,
        "grad: y must be one number, or come with a cotangent of its shape ", y.shape());
  NodeSet asked;
  std::uint64_t oldest = y.node()->id;
  for (const Tensor& x : xs) {
    check(x.defined(), "grad: one of the tensors to differentiate by is empty");
    asked.insert(x.node());
    oldest = std::min(oldest, x.node()->id);
  }
  const TensorList path = ancestors(y, oldest);
  const NodeSet lead = leading(path, asked);

  const GradMode scope(differentiable);
  Cotangents cotangents;
  cotangents.emplace(y.node(), cotangent.defined() ? cotangent : ones(y.shape()));
  for (auto t = path.rbegin(); t != path.rend(); ++t) {
    const auto entry = cotangents.find(t->node());
    if (entry == cotangents.end() || !t->node()->op || !lead.contains(t->node())) continue;
    const Tensor g = entry->second;
    if (!asked.contains(t->node())) cotangents.erase(entry);  // used up: its memory is free again
    propagate(*t, g, lead, cotangents);
  }

  TensorList result;
  result.reserve(xs.size());
  for (const Tensor& x : xs) {
    const auto entry = cotangents.find(x.node());
    result.push_back(entry == cotangents.end() ? zeros(x.shape()) : entry->second);
  }
  return result;
}

}  // namespace engine
