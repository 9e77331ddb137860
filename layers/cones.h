// Cones: y = max over i of (height_i - |x - center_i|), x [N, D], y [N, 1]: 1-Lipschitz whatever the
// centers, with a gradient of norm 1 almost everywhere, and close to any 1-Lipschitz function on a
// bounded set if there are enough cones. A critic by itself:
//   Sequential critic(Cones(2, 1024, 2.5F));
// Centers start uniform within +-spread, heights at 0. Each sample sends its gradient to its highest
// cone alone; a tie goes to one of them.
// Cost: 2 N D count operations; in up to kFew dimensions, D passes over [N, count].
// Errors: x is not [N, D]; it cannot be exported as ONNX.
// Source: McShane, "Extension of range of functions" (1934).
#pragma once

#include <numeric>
#include <vector>

#include "layers/module.h"

namespace layers {

class Cones {
 public:
  Cones(engine::Index dimension, engine::Index count, engine::Real spread) {
    engine::check(dimension > 0 && count > 0, "cones: ", count, " cones in ", dimension,
                  " dimensions are not possible");
    centers = Param(engine::uniform({count, dimension}, -spread, spread));
    heights = Param(engine::zeros({count, 1}));
    std::vector<engine::Real> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), engine::Real(0));
    numbers_ = engine::Tensor::from({1, count}, numbers);
  }

  engine::Tensor operator()(const engine::Tensor& x) const {
    engine::check(x.rank() == 2 && x.dim(1) == centers.raw().dim(1), "cones: input ", x.shape(),
                  " [N, D] does not fit centers ", centers.raw().shape(), " [cones, D]");
    constexpr engine::Real kSmallest = 1e-24F;  // the root's derivative is infinite at zero
    const engine::Tensor highest = highest_at(x);
    const engine::Tensor away = x - gather(centers.raw(), highest);
    return gather(heights.raw(), highest) - sqrt(sum(square(away), {1}, true) + kSmallest);
  }

  static double lipschitz(const engine::Shape&) { return 1; }

  template <class V>
  void visit(V& v) {
    v("centers", centers);
    v("heights", heights);
  }

  Param centers;  // [count, D]
  Param heights;  // [count, 1]

 private:
  static constexpr engine::Index kFew = 4;

  // The number of the highest cone at each sample.
  engine::Tensor highest_at(const engine::Tensor& x) const {
    const engine::NoGrad constant;
    const engine::Tensor heights_at = transpose(heights.raw()) - sqrt(squares(x));
    const engine::Tensor top = max(heights_at, {1}, true);
    return max(equal(heights_at, top) * numbers_, {1});
  }

  // |x - center|^2, [N, count]. In few dimensions samples lie near centers, where
  // |x|^2 - 2 <x, c> + |c|^2 would lose the digits of their distance.
  engine::Tensor squares(const engine::Tensor& x) const {
    const engine::Tensor& c = centers.raw();
    if (x.dim(1) > kFew)
      return relu(sum(square(x), {1}, true) - 2 * matmul_nt(x, c) +
                  transpose(sum(square(c), {1}, true)));
    engine::Tensor total = engine::zeros({x.dim(0), c.dim(0)});
    for (engine::Index d = 0; d < x.dim(1); ++d)
      total = total + square(slice(x, 1, d, d + 1) - transpose(slice(c, 1, d, d + 1)));
    return total;
  }

  engine::Tensor numbers_;  // 0, 1, ..., count - 1
};

}  // namespace layers
