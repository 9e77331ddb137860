// Ema: an exponential moving average of a module's parameters, as a separate module to sample from.
// Its states (running statistics, power iterations) are copied, never averaged: a constraint in the
// copy normalizes the averaged weight.
#pragma once

#include "layers/module.h"

namespace layers {

class Ema {
 public:
  // Starts as a copy. `source` must outlive it.
  Ema(engine::Real decay, Sequential& source);
  void step();  // after each step of the source's optimizer
  Sequential& average() { return average_; }

 private:
  engine::Tensor source_block() const;

  engine::Real decay_;
  Sequential& source_;
  Sequential average_;
  std::vector<Param*> to_, from_;
  engine::Tensor block_;  // the averaged parameters side by side
  std::vector<engine::State*> states_to_, states_from_;
};

}  // namespace layers
