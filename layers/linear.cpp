#include "layers/linear.h"

#include <cmath>

#include "layers/lipschitz/audit.h"

namespace layers {

using namespace engine;

Linear::Linear(Index in, Index out, LinearOptions options, std::vector<Constraint> chain) {
  check(in > 0 && out > 0, "linear: ", in, " inputs and ", out, " outputs are not possible");
  const Real bound = 1 / std::sqrt(static_cast<Real>(in));
  weight = Param(uniform({out, in}, -bound, bound), std::move(chain));
  if (options.bias) bias = Param(uniform({out}, -bound, bound));
}

LinearMap Linear::map(const Shape& input) const {
  check(input.rank() == 2 && input[1] == weight.raw().dim(1), "linear: input ", input,
        " [N, in] does not fit weight ", weight.raw().shape(), " [out, in]; flatten images first");
  return LinearMap::dense(weight.raw());
}

Tensor Linear::operator()(const Tensor& x) {
  const Tensor y = matmul_nt(x, weight.value(map(x.shape())));
  return bias.defined() ? y + bias.raw() : y;
}

double Linear::lipschitz(const Shape& input) { return certified_bound(weight, map(input)); }

}  // namespace layers
