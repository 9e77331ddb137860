// State: a tensor that is kept and saved, but never differentiated: running statistics,
// power-iteration vectors. It has a fixed address, so that a captured step sees it change. A copy
// of a State has its own memory: a constraint copied into three layers has three states.
#pragma once

#include <span>
#include <vector>

#include "engine/tensor.h"

namespace engine {

class State {
 public:
  State();
  explicit State(const Tensor& initial);
  State(const State& other);
  State& operator=(const State& other);

  bool defined() const { return tensor_.defined(); }
  bool has_shape(const Shape& shape) const { return defined() && tensor_.shape() == shape; }

  // The tensor itself, which later assignments change: for updates in place.
  const Tensor& place() const { return tensor_; }
  // A snapshot of the value (empty while undefined): later assignments do not change it.
  Tensor value() const;
  // The value or, if undefined, the result of `make()` (computed without recording, not kept).
  template <class Make>
  Tensor or_else(Make make) const {
    if (defined()) return value();
    const NoGrad constant;
    return make();
  }
  // Stores these values, in place if the shape is unchanged.
  void assign(const Tensor& value);
  void reset() { tensor_ = Tensor(); }

 private:
  Tensor tensor_;
};

// to[i].assign(from[i].value()) where from[i] has a value; in one pass over those in place.
void assign_each(std::span<State* const> to, std::span<State* const> from);

// During its lifetime, records every State constructed on this thread, in order. This finds the
// states inside a value of any type, without any code in that type.
class StateCollector {
 public:
  StateCollector();
  ~StateCollector();
  StateCollector(const StateCollector&) = delete;
  StateCollector& operator=(const StateCollector&) = delete;
  const std::vector<State*>& found() const { return found_; }

 private:
  friend class State;
  std::vector<State*> found_;
  StateCollector* outer_;
};

}  // namespace engine
