// Switches the device for a scope, and makes an Instance there that equals one on the CPU.
#pragma once

#include "tests/cases/case.h"

namespace tests {

class On {
 public:
  explicit On(const engine::Device& device) : before_(engine::Device::current()) { device.use(); }
  ~On() { before_.use(); }
  On(const On&) = delete;
  On& operator=(const On&) = delete;

 private:
  engine::Device before_;
};

class InPrecision {
 public:
  explicit InPrecision(engine::Precision precision) : before_(engine::precision()) {
    engine::set_precision(precision);
  }
  ~InPrecision() { engine::set_precision(before_); }
  InPrecision(const InPrecision&) = delete;
  InPrecision& operator=(const InPrecision&) = delete;

 private:
  engine::Precision before_;
};

// Gives both the same numbers: inputs, parameters, states. `to` lives on the current device.
inline void equalise(Instance& from, Instance& to) {
  const Tensors values = from.variables();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::vector<Real> numbers = values[i].values();
    from.write(i, numbers);  // both parameters are then as new: their constraints advance alike
    to.write(i, numbers);
  }
  const auto states = layers::states(from.module()), others = layers::states(to.module());
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i]->defined()) {
      const Host value = [&] {
        const On cpu(engine::Device::cpu());
        return Host(states[i]->value());
      }();
      others[i]->assign(value.tensor());
    }
}

}  // namespace tests
