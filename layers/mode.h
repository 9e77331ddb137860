// Training or evaluation mode (per thread; training by default). In evaluation mode batch norm uses
// its running statistics and no state advances, including power iterations.
#pragma once

namespace layers {

bool evaluating();  // whether this thread is in evaluation mode

// Evaluation mode for a scope.
class Eval {
 public:
  explicit Eval(bool evaluate = true);
  ~Eval();
  Eval(const Eval&) = delete;
  Eval& operator=(const Eval&) = delete;

 private:
  bool before_;
};

}  // namespace layers
