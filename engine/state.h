// State: a tensor that is kept and saved, but never differentiated: running statistics, the vectors
// of a power iteration. It lives at a fixed address, so that a captured step sees it change.
// A copy of a State has memory of its own: a constraint copied into three layers is three states.
#pragma once

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

  // A snapshot of the value (empty while undefined): later assignments do not change it.
  Tensor value() const;
  // The value or, while there is none, what `make()` gives (made without recording, not kept).
  template <class Make>
  Tensor or_else(Make make) const {
    if (defined()) return value();
    const NoGrad constant;
    return make();
  }
  // Keeps these values: in place if the shape is the same as before.
  void assign(const Tensor& value);
  void reset() { tensor_ = Tensor(); }

 private:
  Tensor tensor_;
};

// While one of these lives, every State constructed on this thread is noted, in order. It is how a
// value of any type is asked for the states inside it, without a line of code on its part.
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
