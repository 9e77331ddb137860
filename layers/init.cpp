#include "layers/init.h"

#include <cmath>
#include <set>

namespace layers {
namespace {

using namespace engine;

struct Fans {
  Real in, out;
  explicit Fans(const Shape& shape) {
    check(shape.rank() >= 2, "init: a weight has two axes or more, got ", shape);
    in = static_cast<Real>(shape.size() / shape[0]);
    out = static_cast<Real>(shape.size() / shape[-1]);
  }
};

}  // namespace

Tensor glorot_uniform(const Shape& shape, Real gain) {
  const Fans fans(shape);
  const Real bound = gain * std::sqrt(6 / (fans.in + fans.out));
  return uniform(shape, -bound, bound);
}

Tensor he_normal(const Shape& shape) { return normal(shape, 0, std::sqrt(2 / Fans(shape).in)); }

// Gram and Schmidt, twice over, in double: orthonormal to rounding.
Tensor orthogonal(const Shape& shape, Real gain) {
  check(shape.rank() > 0 && shape.size() > 0, "orthogonal: a weight of shape ", shape,
        " has no elements");
  const Index n = shape[0], m = shape.size() / shape[0];
  const Index count = std::min(n, m), length = std::max(n, m);
  const std::vector<Real> start = normal({count, length}).values();
  std::vector<double> rows(start.begin(), start.end());
  for (Index i = 0; i < count; ++i) {
    double* row = rows.data() + i * length;
    for (int pass = 0; pass < 2; ++pass)
      for (Index j = 0; j < i; ++j) {
        const double* other = rows.data() + j * length;
        double along = 0;
        for (Index k = 0; k < length; ++k) along += row[k] * other[k];
        for (Index k = 0; k < length; ++k) row[k] -= along * other[k];
      }
    double square = 0;
    for (Index k = 0; k < length; ++k) square += row[k] * row[k];
    for (Index k = 0; k < length; ++k) row[k] /= std::sqrt(square);
  }
  std::vector<Real> values(rows.size());
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < m; ++j)
      values[i * m + j] = gain * static_cast<Real>(n <= m ? rows[i * m + j] : rows[j * n + i]);
  return Tensor::from(shape, values);
}

void initialize(Sequential& module, const std::function<Tensor(const Shape&)>& make) {
  std::set<std::string> names;
  for (const Weight& weight : weights(module)) {
    weight.param->assign(make(weight.param->raw().shape()));
    names.insert(weight.layer);
  }
  Visitor visitor(  // what stands beside a weight in its layer: the bias
      [&](const std::string& name, Param& param) {
        const std::size_t dot = name.rfind('.');
        if (names.contains(name.substr(0, dot)) && name.substr(dot + 1) != "weight")
          param.assign(zeros(param.raw().shape()));
      },
      [](const std::string&, State&) {});
  module.visit(visitor);
}

}  // namespace layers
