#include "layers/projection.h"

#include <cmath>

#include "layers/labels.h"
#include "layers/mode.h"

namespace layers {

using namespace engine;

Projection::Projection(Index features, Index classes, LinearOptions options,
                       std::vector<Constraint> chain)
    : linear(features, 1, options, chain) {
  check(classes > 0, "projection: ", classes, " classes are not possible");
  const Real bound = 1 / std::sqrt(static_cast<Real>(features));
  embedding = Param(uniform({classes, features}, -bound, bound), std::move(chain));
}

Tensor Projection::operator()(const Tensor& x) {
  const Tensor psi = linear(x);  // first: it knows whether x fits
  return psi + sum(x * rows_by_label("projection", rows(), x.dim(0)), {1}, /*keep=*/true);
}

std::vector<double> Projection::class_bounds(const Shape& input) {
  const NoGrad constant;
  const Eval evaluate;
  const std::vector<Real> psi = linear.weight.value(linear.map(input)).values(),
                          all = rows().values();
  std::vector<double> bounds;
  for (auto row = all.begin(); row != all.end(); row += std::ssize(psi)) {
    double squares = 0;
    for (std::size_t i = 0; i < psi.size(); ++i) {
      const double sum = double{psi[i]} + double{row[static_cast<std::ptrdiff_t>(i)]};
      squares += sum * sum;
    }
    bounds.push_back(std::sqrt(squares));
  }
  return bounds;
}

}  // namespace layers
