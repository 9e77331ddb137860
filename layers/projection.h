// Projection: y = <psi, x> + b + <V_c, x> for samples x [N, features] of the classes c that Labels
// gives (labels.h), y [N, 1]: the last layer of a discriminator that judges an image as one of its
// class. psi [1, features] and V [classes, features] take the same constraints, each on its own: V
// is a matrix, and all its rows together have the norm that the constraint says.
//   Projection(128, 10, {.bias = false}, SpectralNorm{})
// For one class it is a linear functional, whose Lipschitz constant is exactly |psi + V_c|.
// Cost: next to nothing. Errors: x is not [N, features]; no labels, or those of another batch.
// Source: Miyato and Koyama, "cGANs with Projection Discriminator" (2018), equation 4.
#pragma once

#include <vector>

#include "layers/linear.h"

namespace layers {

class Projection {
 public:
  template <class... Constraints>
  requires(std::constructible_from<Constraint, Constraints>&&...)
      Projection(engine::Index features, engine::Index classes, LinearOptions options,
                 Constraints... constraints)
      : Projection(features, classes, options, std::vector<Constraint>{constraints...}) {}
  Projection(engine::Index features, engine::Index classes, LinearOptions options,
             std::vector<Constraint> chain);

  engine::Tensor operator()(const engine::Tensor& x);
  std::vector<double> class_bounds(const engine::Shape& input);

  template <class V>
  void visit(V& v) {
    v("linear", linear);
    v("embedding.weight", embedding);
  }

  Linear linear;    // psi and b
  Param embedding;  // V

 private:
  const engine::Tensor& rows() { return embedding.value(LinearMap::dense(embedding.raw())); }
};

}  // namespace layers
