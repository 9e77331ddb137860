// Plan: a model prepared to run from given inputs to given outputs. Names are resolved to slots,
// constants are folded, and every value is freed after its last use. A plan does not depend on
// shapes: one plan serves any batch and image size. Running does not change it. Errors: those of
// make_draft on construction, those of the ops on running, naming file, node and op.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/draft.h"

namespace engine::graph {

class Plan {
 public:
  // The model must outlive the plan.
  Plan(const Model& model, const std::vector<std::string>& fed,
       const std::vector<std::string>& wanted);

  // Values for the names fed, in their order; returns those wanted, in theirs. Nothing is recorded
  // for gradients. `most` bounds the elements of any one result. Cost: the graph's arithmetic.
  std::vector<Value> run(const std::vector<Value>& feeds, Index most) const;

  std::size_t steps() const { return steps_.size(); }
  std::vector<std::string> ops() const;  // of the steps, in order

 private:
  struct Step {
    Node node;
    const Operator* row;
    std::vector<int> inputs, outputs;  // slots; -1: not given
    std::vector<int> done;             // slots not read after this step
  };
  const Model& model_;
  std::vector<Step> steps_;
  std::vector<Value> slots_;  // the constants, and room for the rest
  std::vector<int> fed_, wanted_;
};

}  // namespace engine::graph
