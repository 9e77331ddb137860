// Projection: the last layer of a class-conditional discriminator, y = <psi, x> + b + <V_c, x>. x
// is [N, features], c the class of each sample (labels.h), y [N, 1]. The constraints apply to psi
// [1, features] and to V [classes, features] separately; they bound the norm of the whole matrix V,
// not of each row.
//   Projection(128, 10, {.bias = false}, SpectralNorm{})
// For a fixed class it is linear in x up to b, with the Lipschitz constant |psi + V_c|, exactly.
// Cost: negligible. Errors: x is not [N, features]; no labels, or another number of labels than
// samples. Source: Miyato and Koyama, "cGANs with Projection Discriminator" (2018), equation 4.
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
