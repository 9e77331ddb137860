// A pair of distributions whose distance is known: the continuous Wasserstein-1 benchmark.
//
// Q is uniform in the cube [-2.5, 2.5]^D. The potential has N funnels,
//   u(y) = min over n of |y - a_n| + b_n,
// and moves each point y of Q along its ray towards the center of its funnel; the moved points are
// P. Since they move along the rays of a 1-Lipschitz function, no plan is cheaper:
//   W1(P, Q) = E |x - y| = E u(y) - E u(x),
// and the best critic, high on P, is -u. Its gradient has norm 1 almost everywhere.
// Source: Korotin, Kolesov and Burnaev, "Kantorovich Strikes Back!" (NeurIPS 2022), whose files
// have `centers` [N, D] and `bias` [N]. Computed in double. Cost: 4 n N D operations for n points.
#pragma once

#include <Eigen/Core>
#include <string>

#include "engine/engine.h"

namespace wasserstein {

using engine::Index;
using engine::Tensor;

struct Estimate {
  double mean, error;  // and its standard error
};

class Pair {
 public:
  // Errors: centers that are not [N, D] or offsets that are not [N], or values that are not finite.
  Pair(const Tensor& centers, const Tensor& offsets);
  // From a safetensors file. Errors: names the file.
  static Pair load(const std::string& file);
  // Centers uniform in the cube, offsets normal with deviation 0.1, from the engine's generator.
  static Pair random(Index dimension, Index funnels);

  Index dimension() const { return centers_.rows(); }
  Index funnels() const { return centers_.cols(); }
  const Eigen::MatrixXd& centers() const { return centers_; }  // [D, N]

  Tensor draw_q(Index n) const;  // [n, D]
  Tensor draw_p(Index n) const { return moved(draw_q(n)); }
  Tensor moved(const Tensor& y) const;      // the points of P that belong to points of Q
  Tensor potential(const Tensor& x) const;  // [n]
  Tensor direction(const Tensor& x) const;  // the potential's gradient, [n, D]
  Estimate distance(Index samples) const;   // W1(P, Q): the mean |x - y| of this many points

 private:
  struct Places;
  Places places_of(const Tensor& x) const;

  Eigen::MatrixXd centers_;
  Eigen::VectorXd offsets_;
};

}  // namespace wasserstein
