// Convolution: the common base of Conv2d and ConvTranspose2d. It has a weight [first, kH, kW, last]
// with its constraints, a bias, and a fused activation. Weight and bias start uniform within +-1 /
// sqrt(kH kW last), as PyTorch's. The options type of a layer defines:
//
//   kName                              in messages
//   weight_shape(in, out)
//   map(weight, input)                 the weight as a LinearMap on inputs of this shape
//   convolve(x, w), convolve(x, w, e)  alone, and with a bias and an activation in the same pass
//
// Cost: 2 kH kW operations for each pair of an input and an output channel, at each window; twice
// that again for gradients. Errors: an input that does not fit, naming both shapes.
#pragma once

#include <cmath>

#include "layers/activation.h"
#include "layers/lipschitz/audit.h"
#include "layers/module.h"

namespace layers {

template <class Options>
class Convolution {
 public:
  template <class... Constraints>
  requires(std::constructible_from<Constraint, Constraints>&&...)
      Convolution(engine::Index in, engine::Index out, const Options& options,
                  Constraints... constraints)
      : Convolution(in, out, options, std::vector<Constraint>{constraints...}) {}

  Convolution(engine::Index in, engine::Index out, const Options& o, std::vector<Constraint> chain)
      : options(o) {
    engine::check(in > 0 && out > 0 && o.kernel.h > 0 && o.kernel.w > 0, Options::kName, ": ", in,
                  " to ", out, " channels with a kernel of ", o.kernel.h, " x ", o.kernel.w,
                  " is not possible");
    const engine::Shape shape = o.weight_shape(in, out);
    const auto fan = static_cast<engine::Real>(shape.size() / shape[0]);
    const engine::Real bound = 1 / std::sqrt(fan);
    weight = Param(engine::uniform(shape, -bound, bound), std::move(chain));
    if (o.bias) bias = Param(engine::uniform({out}, -bound, bound));
  }

  LinearMap map(const engine::Shape& input) const { return options.map(weight.raw(), input); }

  engine::Tensor operator()(const engine::Tensor& x) {
    const engine::Tensor w = weight.value(map(x.shape()));
    if (bias.defined())
      return options.convolve(
          x, w, engine::BiasActivation{bias.raw(), options.activation, options.slope});
    return activated(options.convolve(x, w), options.activation, options.slope);
  }

  double lipschitz(const engine::Shape& input) {
    return certified_bound(weight, map(input)) *
           layers::lipschitz(options.activation, options.slope);
  }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
  }

  Param weight;
  Param bias;  // [out]
  Options options;
};

}  // namespace layers
