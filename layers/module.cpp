#include "layers/module.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "layers/labels.h"
#include "layers/mode.h"

namespace layers {

using engine::Activation;
using engine::State;
using engine::Tensor;

void Visitor::operator()(const std::string& name, Param& param) {
  if (!param.defined()) return;
  on_param_(prefix_ + name, param);
  within(name, [&] {
    int number = 0;
    for (const Constraint& constraint : param.constraints())
      within(std::to_string(number++), [&] { constraint.visit(*this); });
  });
}

void Constraint::Held::visit(Visitor& visitor) {
  int number = 0;
  for (State* state : states) visitor("state" + std::to_string(number++), *state);
}

void Visitor::operator()(const std::string& name, State& state) {
  on_state_(prefix_ + name, state);
}

engine::TensorList grad(const Tensor& y, const std::vector<Param*>& parameters,
                        bool differentiable) {
  engine::TensorList raw;
  raw.reserve(parameters.size());
  for (const Param* param : parameters) raw.push_back(param->raw());
  return engine::gradients(y, raw, differentiable);
}

Sequential::Sequential(const Sequential& other) { *this = other; }

Sequential& Sequential::operator=(const Sequential& other) {
  if (this == &other) return *this;
  modules_.clear();
  for (const auto& held : other.modules_) modules_.push_back(held->clone());
  return *this;
}

Tensor Sequential::operator()(Tensor x) {
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    const auto next = i + 1 < modules_.size() ? modules_[i + 1]->activation() : Activation::none;
    const Tensor both = next == Activation::none ? Tensor() : modules_[i]->call(x, next);
    x = both.defined() ? both : modules_[i]->call(x);
    if (both.defined()) ++i;
  }
  return x;
}

void Sequential::visit(Visitor& visitor) {
  int number = 0;
  for (const auto& held : modules_) held->visit(std::to_string(number++), visitor);
}

namespace {

// Of two modules, one after the other; one bound is that of all classes. Infinity times 0 is still
// no bound.
std::vector<double> product(std::vector<double> a, std::vector<double> b) {
  if (a.size() < b.size()) std::swap(a, b);
  engine::check(b.size() == 1 || a.size() == b.size(), "class_bounds: modules of ", a.size(),
                " and of ", b.size(), " classes");
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double factor = b[b.size() == 1 ? 0 : i];
    a[i] = std::isinf(a[i]) || std::isinf(factor) ? std::numeric_limits<double>::infinity()
                                                  : a[i] * factor;
  }
  return a;
}

}  // namespace

double Sequential::lipschitz(const engine::Shape& input) {
  return std::ranges::max(class_bounds(input));
}

std::vector<double> Sequential::class_bounds(const engine::Shape& input) {
  const engine::NoGrad constant;
  const Eval evaluate;
  const Labels any = Labels::any();
  std::vector<double> bounds = {1};
  Tensor x = engine::zeros(input);  // only its shape matters
  for (const auto& held : modules_) {
    bounds = product(std::move(bounds), held->bounds(x.shape()));
    x = held->call(x);
  }
  return bounds;
}

void Sequential::archive(Archive& file) {
  Visitor visitor([&](const std::string& name, Param& param) { file(name, param); },
                  [&](const std::string& name, State& state) { file(name, state); });
  visit(visitor);
}

std::vector<ModuleRow> Sequential::rows(const engine::Shape& input) {
  const engine::NoGrad constant;
  const Eval evaluate;
  const Labels any = Labels::any();
  std::vector<ModuleRow> all;
  Tensor x = engine::zeros(input);  // only its shape matters
  for (const auto& held : modules_) {
    const engine::Shape shape = x.shape();
    x = held->call(x);
    ModuleRow row{held->type(), 0, x.shape(), {}, std::ranges::max(held->bounds(shape))};
    Visitor visitor([&](const std::string&, Param& param) { row.parameters.push_back(&param); },
                    [](const std::string&, State&) {});
    held->visit("", visitor);
    all.push_back(std::move(row));
    for (ModuleRow& inner : held->rows(shape)) {
      ++inner.depth;
      all.push_back(std::move(inner));
    }
  }
  return all;
}

std::vector<Weight> weights(Sequential& module) {
  std::vector<Weight> found;
  std::size_t number = 0;
  Visitor visitor(
      [&](const std::string& name, Param& param) {
        const std::size_t dot = name.rfind('.');
        if (param.raw().rank() >= 2 && name.substr(dot + 1) == "weight")
          found.push_back({name.substr(0, dot), number, &param});
        ++number;
      },
      [](const std::string&, State&) {});
  module.visit(visitor);
  return found;
}

}  // namespace layers
