#include "engine/graph/plan.h"

#include <unordered_map>

namespace engine::graph {

Plan::Plan(const Model& model, const std::vector<std::string>& fed,
           const std::vector<std::string>& wanted)
    : model_(model) {
  const NoGrad constant;
  Draft draft = make_draft(model, fed, wanted);
  std::unordered_map<std::string, int> slots;
  const auto slot = [&](const std::string& name) {
    if (name.empty()) return -1;
    const auto [place, fresh] = slots.emplace(name, static_cast<int>(slots.size()));
    if (fresh) slots_.emplace_back();
    return place->second;
  };
  // The empty name stands for "not given": it can be neither fed, nor kept, nor wanted.
  const auto named_slot = [&](const std::string& name) {
    check(!name.empty(), model.path, ": an input, output or constant of the graph has no name");
    return slot(name);
  };
  for (const auto& [name, value] : draft.constants) {
    const int place = named_slot(name);
    slots_[place] = value;
  }
  const std::size_t constants = slots_.size();
  for (const std::string& name : fed) fed_.push_back(named_slot(name));
  for (const std::string& name : wanted) wanted_.push_back(named_slot(name));
  for (Node& node : draft.nodes) {
    Step step{{}, find_operator(node.op), {}, {}, {}};
    for (const std::string& input : node.inputs) step.inputs.push_back(slot(input));
    for (const std::string& output : node.outputs) step.outputs.push_back(slot(output));
    step.node = std::move(node);
    steps_.push_back(std::move(step));
  }

  // From the last step to the first: the first reader met in this order is the slot's last reader.
  std::vector<bool> needed(slots_.size(), false);
  std::fill_n(needed.begin(), constants, true);
  for (int s : wanted_) needed[s] = true;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step)
    for (const std::vector<int>* list : {&step->inputs, &step->outputs})
      for (int s : *list) {
        if (s < 0 || needed[s]) continue;
        needed[s] = true;
        step->done.push_back(s);
      }
}

std::vector<Value> Plan::run(const std::vector<Value>& feeds, Index most) const {
  check(feeds.size() == fed_.size(), model_.path, ": ", feeds.size(), " values for ", fed_.size(),
        " inputs");
  const NoGrad constant;
  std::vector<Value> slots = slots_;
  for (std::size_t i = 0; i < feeds.size(); ++i) slots[fed_[i]] = feeds[i];
  std::vector<Value> inputs, outputs;
  for (const Step& step : steps_) {
    inputs.assign(step.inputs.size(), {});
    outputs.assign(step.outputs.size(), {});
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (step.inputs[i] >= 0) inputs[i] = slots[step.inputs[i]];
    run_node(model_, step.node, *step.row, inputs, outputs, most);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (step.outputs[i] >= 0) slots[step.outputs[i]] = std::move(outputs[i]);
    for (int done : step.done) slots[done] = {};
  }
  std::vector<Value> results;
  for (int s : wanted_) {
    check(slots[s].defined(), model_.path, ": a requested output was not produced by any op");
    results.push_back(slots[s]);
  }
  return results;
}

std::vector<std::string> Plan::ops() const {
  std::vector<std::string> names;
  for (const Step& step : steps_) names.push_back(step.node.op);
  return names;
}

}  // namespace engine::graph
