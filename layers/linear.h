// Linear: y = x W^T + b, x [N, in], y [N, out]. Weight and bias start uniform within
// +-1 / sqrt(in), as PyTorch's. Further arguments are constraints on the weight, in order.
//   Linear(2, 16, SpectralNorm{3}, Bjorck{}), Linear(16, 1, {.bias = false}, SpectralNorm{})
// Cost: 2 N in out operations; twice that again for its gradients.
// Errors: x is not [N, in].
#pragma once

#include "layers/module.h"

namespace layers {

// Options besides the constraints.
struct LinearOptions {
  bool bias = true;
};

class Linear {
 public:
  template <class... Constraints>
  requires(std::constructible_from<Constraint, Constraints>&&...)
      Linear(engine::Index in, engine::Index out, Constraints... constraints)
      : Linear(in, out, LinearOptions{}, std::vector<Constraint>{constraints...}) {}
  template <class... Constraints>
  requires(std::constructible_from<Constraint, Constraints>&&...)
      Linear(engine::Index in, engine::Index out, LinearOptions options, Constraints... constraints)
      : Linear(in, out, options, std::vector<Constraint>{constraints...}) {}
  Linear(engine::Index in, engine::Index out, LinearOptions options, std::vector<Constraint> chain);

  engine::Tensor operator()(const engine::Tensor& x);
  LinearMap map(const engine::Shape& input) const;
  double lipschitz(const engine::Shape& input);

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
  }

  Param weight;  // [out, in]
  Param bias;    // [out]
};

}  // namespace layers
