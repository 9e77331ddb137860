// The list of cases: every op, layer and constraint at least once. Rows of pointwise.def are
// included automatically (cases/pointwise.h); a constraint by its line in
// layers/constraints/list.h; a structured op by a case in cases/ops.h or cases/windows.h; a layer,
// or a constraint with other settings, by one line below. See tests/README.md.
//
// For the tests that walk the list, cases/case.h is enough: it declares cases(). This file is
// compiled once, into engine/cases.cpp.
#pragma once

#include "tests/cases/case.h"
#include "tests/cases/ops.h"
#include "tests/cases/pointwise.h"
#include "tests/cases/windows.h"

namespace tests {

// The module that `make()` returns, applied to inputs of this shape.
template <class Make>
Case layer(std::string name, const Shape& input, Make make, bool evaluate = false) {
  return {.name = std::move(name),
          .inputs = {input},
          .function = {},
          .module =
              [make] {
                layers::Sequential module;
                module.add(make());
                return module;
              },
          .definition = {},
          .evaluate = evaluate};
}

// A class-conditional module with the classes of its samples.
template <class Module>
struct Labeled {
  Module module;
  std::vector<Real> classes;
  Tensor operator()(const Tensor& x) {
    const layers::Labels given(Tensor::from({std::ssize(classes)}, classes));
    return module(x);
  }
  template <class V>
  void visit(V& v) {
    v("module", module);
  }
};

inline layers::SelfAttention attention_at_work() {  // gamma starts at 0, where it does nothing
  layers::SelfAttention attention(16);
  attention.gamma.assign(engine::full({1}, Real(0.7)));
  return attention;
}

inline void add_layers(std::vector<Case>& list) {
  using namespace layers;
  using engine::Activation;
  const Shape image{2, 4, 5, 4};
  list.push_back(layer("Linear", {5, 4}, [] { return Linear(4, 3); }));
  list.push_back(
      layer("Linear without bias", {5, 4}, [] { return Linear(4, 3, {.bias = false}); }));
  list.push_back(layer("Linear with options and a constraint", {5, 4},
                       [] { return Linear(4, 3, {.bias = false}, FrobeniusNorm{}); }));
  list.push_back(layer("Conv2d", image, [] { return Conv2d(4, 3, {.padding = 1}); }));
  list.push_back(layer("Conv2d tanh", image, [] {
    return Conv2d(4, 2, {.stride = 2, .padding = {1, 2, 0, 1}, .activation = Activation::tanh});
  }));
  list.push_back(layer("Conv2d leaky_relu without bias", image, [] {
    return Conv2d(4, 2, {.bias = false, .activation = Activation::leaky_relu, .slope = 0.2F});
  }));
  list.push_back(layer("ConvTranspose2d", {2, 2, 3, 4}, [] { return ConvTranspose2d(4, 3, {}); }));
  list.push_back(layer("ConvTranspose2d relu, output padding", {2, 2, 3, 4}, [] {
    return ConvTranspose2d(4, 2,
                           {.kernel = 3, .output_padding = 1, .activation = Activation::relu});
  }));
  list.push_back(layer("BatchNorm", image, [] { return BatchNorm(4); }));
  list.push_back(layer("BatchNorm of rank 2", {7, 4}, [] { return BatchNorm(4); }));
  list.push_back(layer(
      "BatchNorm in evaluation", image, [] { return BatchNorm(4); }, true));
  list.push_back(layer("ClassBatchNorm", image, [] {
    return Labeled<ClassBatchNorm>{ClassBatchNorm(4, 3), {2, 0}};
  }));
  list.push_back(layer("ClassBatchNorm of rank 2, one class twice", {3, 4}, [] {
    return Labeled<ClassBatchNorm>{ClassBatchNorm(4, 3), {1, 2, 1}};
  }));
  list.push_back(layer(
      "ClassBatchNorm in evaluation, all of one class", image,
      [] {
        return Labeled<ClassBatchNorm>{ClassBatchNorm(4, 3), {1}};
      },
      true));
  list.push_back(layer("InstanceNorm", image, [] { return InstanceNorm(4); }));
  list.push_back(layer("LayerNorm", image, [] { return LayerNorm(4); }));
  list.push_back(layer("GroupNorm", image, [] { return GroupNorm(2, 4); }));
  list.push_back(layer("Relu", image, [] { return Relu{}; }));
  list.push_back(layer("LeakyRelu", image, [] { return LeakyRelu{}; }));
  list.push_back(layer("Tanh", image, [] { return Tanh{}; }));
  list.push_back(layer("Sigmoid", image, [] { return Sigmoid{}; }));
  list.push_back(layer("Softplus", image, [] { return Softplus{}; }));
  list.push_back(layer("MaxMin", image, [] { return MaxMin{}; }));
  list.push_back(layer("Cones", {5, 3}, [] { return Cones(3, 4, 1); }));
  list.push_back(layer("Cones in more dimensions", {5, 6}, [] { return Cones(6, 4, 1); }));
  list.push_back(layer("Flatten", image, [] { return Flatten{}; }));
  list.push_back(layer("Unflatten", {2, 12}, [] { return Unflatten{2, 3, 2}; }));
  list.push_back(layer("AveragePool", image, [] { return AveragePool{}; }));
  list.push_back(layer("MaxPool", image, [] { return MaxPool{}; }));
  list.push_back(layer("GlobalAveragePool", image, [] { return GlobalAveragePool{}; }));
  list.push_back(layer("GlobalSumPool", image, [] { return GlobalSumPool{}; }));
  list.push_back(layer("UpsampleNearest", image, [] { return UpsampleNearest{}; }));
  list.push_back(layer("Projection", {4, 5}, [] {
    return Labeled<Projection>{Projection(5, 3, LinearOptions{}), {2, 0, 2, 1}};
  }));
  list.push_back(layer(
      "Projection SpectralNorm, all of one class", {4, 5},
      [] {
        return Labeled<Projection>{Projection(5, 3, {.bias = false}, SpectralNorm{}), {1}};
      },
      true));
  list.push_back(layer("SelfAttention", {2, 2, 3, 16}, attention_at_work));
  list.push_back(layer("Residual", image, [] {
    return Residual{{BatchNorm(4), Tanh{}, Conv2d(4, 2, {.padding = 1})},
                    {Conv2d(4, 2, {.kernel = 1})}};
  }));
  list.push_back(layer("Sequential", {3, 6}, [] {
    return Sequential{Linear(6, 4), MaxMin{}, Sequential{Linear(4, 4), Tanh{}}, Linear(4, 1)};
  }));
}

// A chain of constraints on each kind of linear map.
template <class... Constraints>
void constrained(std::vector<Case>& list, const std::string& name, Constraints... c) {
  using namespace layers;
  list.push_back(layer(
      "Linear " + name, {4, 5}, [=] { return Linear(5, 3, c...); }, true));
  list.push_back(layer(
      "Conv2d " + name, {2, 5, 4, 2},
      [=] {
        return Conv2d(2, 3, {.stride = {2, 1}, .padding = 1}, c...);
      },
      true));
  list.push_back(layer(
      "ConvTranspose2d " + name, {2, 2, 3, 3},
      [=] { return ConvTranspose2d(3, 2, {.kernel = 3, .output_padding = 1}, c...); }, true));
}

// The same for constraints whose gradient omits parts on purpose: not compared with differences.
template <class... Constraints>
void partly_constant(std::vector<Case>& list, const std::string& name, Constraints... c) {
  const std::size_t before = list.size();
  constrained(list, name, c...);
  for (std::size_t i = before; i < list.size(); ++i) list[i].derivative = false;
}

inline void add_constraints(std::vector<Case>& list) {
  using namespace layers;
  for_each_constraint([&](const std::string& name, const auto& c, const char*) {
    if constexpr (requires { c.kConstantParts; }) {
      partly_constant(list, name, c);
    } else {
      constrained(list, name, c);
    }
  });
  constrained(list, "SpectralNorm to 2", SpectralNorm{.iterations = 3, .target = {.k = 2}});
  constrained(list, "SpectralNorm at most 0.1",
              SpectralNorm{.target = {.k = engine::Real(0.1), .mode = Mode::at_most}});
  constrained(list, "WeightNorm with gain", WeightNorm{.gain = true});
  constrained(list, "Bjorck, few steps", Bjorck{.steps = 4});
  partly_constant(list, "SpectralClamp", SpectralClamp{.r = engine::Real(1.05)});
  partly_constant(list, "SpectralNorm, not through the scale",
                  SpectralNorm{.target = {.through_scale = false}});
  constrained(list, "SpectralNorm, Bjorck", SpectralNorm{.iterations = 3}, Bjorck{});
}

}  // namespace tests
