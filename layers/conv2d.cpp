#include "layers/conv2d.h"

#include <cmath>

#include "layers/activation.h"
#include "layers/lipschitz/audit.h"

namespace layers {

using namespace engine;

Conv2d::Conv2d(Index in, Index out, const Conv2dOptions& o, std::vector<Constraint> chain)
    : options(o) {
  check(in > 0 && out > 0 && o.kernel.h > 0 && o.kernel.w > 0, "conv2d: ", in, " to ", out,
        " channels with a kernel of ", o.kernel.h, " x ", o.kernel.w, " is not possible");
  const Real bound = 1 / std::sqrt(static_cast<Real>(o.kernel.h * o.kernel.w * in));
  weight = Param(uniform({out, o.kernel.h, o.kernel.w, in}, -bound, bound), std::move(chain));
  if (o.bias) bias = Param(uniform({out}, -bound, bound));
}

LinearMap Conv2d::map(const Shape& input) const {
  check(input.rank() == 4, "conv2d: input ", input, " is not [N, H, W, C]; the weight is ",
        weight.raw().shape());
  return LinearMap::conv(weight.raw(), options.geometry(), input[1], input[2]);
}

Tensor Conv2d::operator()(const Tensor& x) {
  const Tensor w = weight.value(map(x.shape()));
  if (bias.defined())
    return conv2d(x, w, options.geometry(), {bias.raw(), options.activation, options.slope});
  return activated(conv2d(x, w, options.geometry()), options.activation, options.slope);
}

double Conv2d::lipschitz(const Shape& input) {
  return certified_bound(weight, map(input)) * layers::lipschitz(options.activation, options.slope);
}

}  // namespace layers
