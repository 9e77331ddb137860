#include "layers/lipschitz/power_method.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "layers/lipschitz/sized.h"

namespace layers {

using namespace engine;

namespace {

// |x|^2 of each sample of a batch, as [n, 1, ...].
Tensor squares(const Tensor& x) {
  Axes axes;
  for (int axis = 1; axis < x.rank(); ++axis) axes.push_back(axis);
  return sum(square(x), axes, true);
}

Tensor unit_samples(const Tensor& x) {  // zero stays zero
  return x * rsqrt(squares(x) + std::numeric_limits<Real>::min());
}

}  // namespace

std::vector<double> power_method(const LinearMap& W, const Tensor& start, int iterations) {
  Shape needed = W.range();
  needed[0] = start.rank() > 0 ? start.dim(0) : 0;
  check(start.shape() == needed, "power_method: a start of shape ", start.shape(),
        " does not fit the range ", W.range());
  const NoGrad constant;
  const Sized weight = sized("power_method", W.weight);
  const LinearMap map = W.with(weight.weight);
  std::vector<double> sigmas;
  Tensor u = unit_samples(start);
  for (int t = 0; t < iterations; ++t) {
    const Tensor image = map(unit_samples(map.transpose(u)));
    const double square = max(squares(image)).item();
    sigmas.push_back(weight.size * std::sqrt(square));
    u = unit_samples(image);
  }
  return sigmas;
}

double audited_norm(const LinearMap& W, const AuditOptions& options) {
  check(options.iterations > 0 && options.starts > 0,
        "audited_norm: iterations and starts must be ", "positive, got ", options.iterations,
        " and ", options.starts);
  const RandomState before = random_state();
  seed(options.seed);
  Shape shape = W.range();
  shape[0] = options.starts;
  const Tensor start = normal(shape);
  set_random_state(before);
  const std::vector<double> sigmas = power_method(W, start, options.iterations);
  return *std::max_element(sigmas.begin(), sigmas.end());
}

}  // namespace layers
