// Whether layers evaluate (per thread; at first they do not, they learn). In evaluation batch norm
// uses its running statistics and no state moves: power iterations stand still.
#pragma once

namespace layers {

bool evaluating();

// While one of these lives, layers evaluate.
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
