#include "layers/init.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/linalg.h"

namespace layers {
namespace {

using namespace engine;

struct Fans {
  Real in, out;
  explicit Fans(const Shape& shape) {
    check(shape.rank() >= 2, "init: a weight needs at least two axes, got ", shape);
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

Tensor orthogonal(const Shape& shape, Real gain) {
  check(shape.rank() > 0 && shape.size() > 0, "orthogonal: a weight of shape ", shape,
        " has no elements");
  const Index n = shape[0], m = shape.size() / shape[0];
  const std::vector<Real> start = normal({std::min(n, m), std::max(n, m)}).values();
  std::vector<double> rows(start.begin(), start.end());
  orthonormalize_rows(std::max(n, m), rows);
  std::vector<Real> values(rows.size());
  std::ranges::transform(rows, values.begin(),
                         [&](double q) { return gain * static_cast<Real>(q); });
  const Tensor q = Tensor::from({std::min(n, m), std::max(n, m)}, values);
  return reshape(n <= m ? q : transpose(q), shape).detach();
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
