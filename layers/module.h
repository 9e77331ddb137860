// Modules: any struct with `operator()(const Tensor&)` and, if it has parameters or states,
// `visit`, which names each part once:
//
//   template <class V> void visit(V& v) { v("weight", weight); v("running_mean", running_mean); }
//
// Parameters for an optimizer, saving, loading and copying all follow from that line. A module with
// a known Lipschitz bound has
//
//   double lipschitz(const Shape& input) const    for inputs of this shape; infinity: no bound
//
// or, if its bound depends on the class of a sample (labels.h), one bound per class:
//
//   std::vector<double> class_bounds(const Shape& input) const
#pragma once

#include <concepts>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "layers/archive.h"
#include "layers/param.h"
#include "layers/type_name.h"

namespace layers {

// Walks a module: passes every Param and State in it, with its dotted name, to two functions.
class Visitor {
 public:
  using OnParam = std::function<void(const std::string&, Param&)>;
  using OnState = std::function<void(const std::string&, engine::State&)>;
  Visitor(OnParam on_param, OnState on_state)
      : on_param_(std::move(on_param)), on_state_(std::move(on_state)) {}

  void operator()(const std::string& name, Param& param);
  void operator()(const std::string& name, engine::State& state);

  template <class Module>
  void operator()(const std::string& name, Module& module) {
    if constexpr (requires { module.visit(*this); }) within(name, [&] { module.visit(*this); });
  }

 private:
  template <class Visit>
  void within(const std::string& name, const Visit& visit) {
    const std::string outer = std::exchange(prefix_, prefix_ + name + ".");
    visit();
    prefix_ = outer;
  }

  std::string prefix_;
  OnParam on_param_;
  OnState on_state_;
};

template <class Module>
std::vector<Param*> parameters(Module& module) {
  std::vector<Param*> found;
  Visitor visitor([&](const std::string&, Param& param) { found.push_back(&param); },
                  [](const std::string&, engine::State&) {});
  module.visit(visitor);
  return found;
}

template <class Module>
std::vector<engine::State*> states(Module& module) {
  std::vector<engine::State*> found;
  Visitor visitor([](const std::string&, Param&) {},
                  [&](const std::string&, engine::State& state) { found.push_back(&state); });
  module.visit(visitor);
  return found;
}

// Gradients with respect to the raw values of parameters.
engine::TensorList grad(const engine::Tensor& y, const std::vector<Param*>& parameters,
                        bool differentiable = false);

// One module of a network as summary() shows it.
struct ModuleRow {
  std::string type;
  int depth = 0;  // number of modules that contain it
  engine::Shape output;
  std::vector<Param*> parameters;
  double bound = 0;  // certified; infinity if there is none
};

// Modules in sequence. A value: a copy has its own parameters. A call is not const: in training
// mode it changes running statistics and power iterations, which are saved. Neither is lipschitz():
// it may show the modules another input size, which resets power iterations.
class Sequential {
 public:
  Sequential() = default;
  template <class... Modules>
  requires(sizeof...(Modules) > 1 || (!std::same_as<Modules, Sequential> && ...))
      Sequential(Modules... modules) {  // NOLINT: `return {Linear(2, 1), Relu{}};` is meant to work
    (add(std::move(modules)), ...);
  }
  Sequential(const Sequential& other);
  Sequential& operator=(const Sequential& other);
  Sequential(Sequential&&) = default;
  Sequential& operator=(Sequential&&) = default;

  template <class Module>
  void add(Module module) {
    modules_.push_back(std::make_unique<Holder<Module>>(std::move(module)));
  }

  engine::Tensor operator()(engine::Tensor x);
  void visit(Visitor& visitor);
  void archive(Archive& file);  // every parameter and state
  std::vector<Param*> parameters() { return layers::parameters(*this); }
  std::size_t size() const { return modules_.size(); }

  // A certified bound: the product of its modules' bounds; infinity if one has none. If bounds
  // depend on the class, the largest one.
  double lipschitz(const engine::Shape& input);
  // The same per class; a single bound if no module depends on the class.
  std::vector<double> class_bounds(const engine::Shape& input);

  // Each module, followed by those inside it, in evaluation mode on an input of this shape.
  std::vector<ModuleRow> rows(const engine::Shape& input);

 private:
  struct Held {
    virtual ~Held() = default;
    virtual std::unique_ptr<Held> clone() const = 0;
    virtual engine::Tensor call(const engine::Tensor& x) = 0;
    // activation(module(x)) in one pass, if the module can; else empty.
    virtual engine::Tensor call(const engine::Tensor& x, engine::Activation activation) = 0;
    virtual engine::Activation activation() const = 0;  // which the module is; none of another kind
    virtual void visit(const std::string& name, Visitor& visitor) = 0;
    virtual std::vector<double> bounds(const engine::Shape& input) = 0;  // one, or by class
    virtual std::string type() const = 0;
    virtual std::vector<ModuleRow> rows(const engine::Shape& input) = 0;  // of those inside
  };
  template <class Module>
  struct Holder : Held {
    explicit Holder(Module value) : module(std::move(value)) {}
    std::unique_ptr<Held> clone() const override { return std::make_unique<Holder>(module); }
    engine::Tensor call(const engine::Tensor& x) override { return module(x); }
    engine::Tensor call(const engine::Tensor& x, engine::Activation activation) override {
      if constexpr (requires { module(x, activation); }) return module(x, activation);
      return {};
    }
    engine::Activation activation() const override {
      if constexpr (requires { Module::kActivation; }) return Module::kActivation;
      return engine::Activation::none;
    }
    void visit(const std::string& name, Visitor& visitor) override { visitor(name, module); }
    std::vector<double> bounds(const engine::Shape& input) override {
      if constexpr (requires { module.class_bounds(input); }) {
        return module.class_bounds(input);
      } else if constexpr (requires { module.lipschitz(input); }) {
        return {module.lipschitz(input)};
      } else {
        return {std::numeric_limits<double>::infinity()};
      }
    }
    std::string type() const override { return type_name<Module>(); }
    std::vector<ModuleRow> rows(const engine::Shape& input) override {
      if constexpr (requires { module.rows(input); }) {
        return module.rows(input);
      } else {
        return {};
      }
    }
    Module module;
  };
  std::vector<std::unique_ptr<Held>> modules_;
};

// The weights of a module: its parameters named "weight" with two or more axes, which a layer uses
// as a linear map (Param::map).
struct Weight {
  std::string layer;   // as in files, without ".weight": "3.main.1"
  std::size_t number;  // among parameters()
  Param* param;
};
std::vector<Weight> weights(Sequential& module);

}  // namespace layers
