#include "layers/conv_transpose2d.h"

#include <cmath>

#include "layers/activation.h"
#include "layers/lipschitz/audit.h"

namespace layers {

using namespace engine;

ConvTranspose2d::ConvTranspose2d(Index in, Index out, const ConvTranspose2dOptions& o,
                                 std::vector<Constraint> chain)
    : options(o) {
  check(in > 0 && out > 0 && o.kernel.h > 0 && o.kernel.w > 0, "conv_transpose2d: ", in, " to ",
        out, " channels with a kernel of ", o.kernel.h, " x ", o.kernel.w, " is not possible");
  const Real bound = 1 / std::sqrt(static_cast<Real>(o.kernel.h * o.kernel.w * out));
  weight = Param(uniform({in, o.kernel.h, o.kernel.w, out}, -bound, bound), std::move(chain));
  if (o.bias) bias = Param(uniform({out}, -bound, bound));
}

LinearMap ConvTranspose2d::map(const Shape& input) const {
  const Shape image =
      transposed_image(input, weight.raw().shape(), options.geometry(), options.output_padding);
  return LinearMap::conv_transpose(weight.raw(), options.geometry(), image[1], image[2],
                                   options.output_padding);
}

Tensor ConvTranspose2d::operator()(const Tensor& x) {
  const Tensor w = weight.value(map(x.shape()));
  if (bias.defined())
    return conv2d_transpose(x, w, options.geometry(), options.output_padding,
                            {bias.raw(), options.activation, options.slope});
  return activated(conv2d_transpose(x, w, options.geometry(), options.output_padding),
                   options.activation, options.slope);
}

double ConvTranspose2d::lipschitz(const Shape& input) {
  return certified_bound(weight, map(input)) * layers::lipschitz(options.activation, options.slope);
}

}  // namespace layers
