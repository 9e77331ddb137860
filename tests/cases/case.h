// Case: a function of tensors under test. Instance: a case with concrete values. One list of cases
// (tests/cases.h) serves the forward tests, gradients of both orders, saving and loading, the
// comparison of devices, and benchmarks:
//   for (const Case& c : cases()) { Instance f(c); Tensor y = f(); ... }
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "layers/layers.h"
#include "tests/support/draw.h"
#include "tests/support/host.h"

namespace tests {

using Tensors = std::vector<Tensor>;
using Hosts = std::vector<Host>;

struct Case {
  std::string name;
  std::vector<Shape> inputs;
  // One of the two: a function of the inputs, or a factory of a module to apply to the only input.
  std::function<Tensor(const Tensors&)> function;
  std::function<layers::Sequential()> module;
  // The expected result, in double. Optional.
  std::function<Host(const Hosts&)> definition;
  // Whether the module is tested in evaluation mode, with its states after one training step. Power
  // iterations must not advance while derivatives are computed by differences.
  bool evaluate = false;
  // Whether the gradient is the derivative. False if parts are treated as constants on purpose.
  bool derivative = true;
};

const std::vector<Case>& cases();  // the whole list, in the order of tests/cases.h

class Instance {
 public:
  // `draw` chooses among different values. Inputs have mixed signs, or are positive where the
  // function is not finite otherwise (log, sqrt).
  explicit Instance(const Case& c, std::uint64_t draw = 0) : case_(c) {
    std::uint64_t seed = draw + 1;
    for (const char letter : c.name) seed = seed * 31 + static_cast<unsigned char>(letter);
    engine::seed(seed);
    if (c.module) module_ = c.module();
    parameters_ = module_.parameters();
    for (const bool mixed_signs : {true, false}) {
      inputs_.clear();
      for (const Host& host : Draw(seed).apart(c.inputs, mixed_signs))
        inputs_.push_back(host.tensor());
      const engine::NoGrad training_step;
      if (finite(apply())) break;
    }
  }

  Tensor operator()() {
    const layers::Eval at_rest(case_.evaluate);
    return apply();
  }

  const Tensors& inputs() const { return inputs_; }
  layers::Sequential& module() { return module_; }

  // The tensors to differentiate with respect to: the inputs, then the module's parameters.
  Tensors variables() const {
    Tensors all = inputs_;
    for (const layers::Param* param : parameters_) all.push_back(param->raw());
    return all;
  }
  void write(std::size_t variable, const std::vector<Real>& values) {
    if (variable < inputs_.size()) return engine::overwrite(inputs_[variable], values);
    // As an optimizer does, which notifies all its parameters: the constraints' states are kept.
    engine::overwrite(parameters_[variable - inputs_.size()]->raw(), values);
    for (layers::Param* param : parameters_) param->changed();
  }

 private:
  Tensor apply() { return case_.module ? module_(inputs_.at(0)) : case_.function(inputs_); }
  static bool finite(const Tensor& t) {
    const std::vector<Real> values = t.values();
    return std::all_of(values.begin(), values.end(), [](Real v) { return std::isfinite(v); });
  }

  Case case_;
  Tensors inputs_;
  layers::Sequential module_;
  std::vector<layers::Param*> parameters_;
};

}  // namespace tests
