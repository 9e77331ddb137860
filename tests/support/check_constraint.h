// check_constraint(c): the requirements on any weight constraint, on dense, convolutional and
// transposed maps. It applies to every line in layers/constraints/list.h (see
// tests/layers/constraint_list.cpp); the members of a constraint select the parts: `target` (it
// scales to a norm), `bounds` (of what), states.
//
//   gradient          equals central differences (in double)
//   scale invariance  f(c W) = f(W) and <dL/dW, W> = 0, converged or not      with target, equal
//   the bound         the dense SVD's sigma <= k (1 + tolerance), converged   with k
//   at_most           leaves weights below k bit-identical; scales the rest as `equal` does
//   through_scale     off: the gradient is that of a constant factor
//   zero weights      stay zero, with a finite gradient
//   D(real) - D(fake) see one weight, and one advance of the states
//   save and load     continue bit-for-bit
//   EMA               states are copied, never averaged; the average is normalized anew
//   evaluation        creates and advances no state
#pragma once

#include <doctest/doctest.h>

#include <cmath>

#include "layers/layers.h"
#include "tests/support/dense.h"
#include "tests/support/draw.h"

namespace tests {

// The error of power iteration after kSettled steps on the maps below, whose top two singular
// values differ by about a tenth, plus the rounding of some hundred float32 products.
constexpr int kSettled = 150;
constexpr double kSettledTolerance = kDouble ? 1e-5 : 5e-5;

// Maps of each kind, with weights of norm about 1, which Bjorck needs.
inline std::vector<layers::LinearMap> constraint_maps() {
  using layers::LinearMap;
  Draw draw(8);
  const auto kernel = [&](const Shape& shape) {
    const Tensor k = draw.uniform(shape).tensor();
    return k * static_cast<Real>(1.2 / sigma(LinearMap::dense(flatten(k))));
  };
  return {LinearMap::dense(kernel({7, 5})),
          LinearMap::conv(kernel({4, 3, 3, 3}), {.padding = 1}, 6, 5),
          LinearMap::conv(kernel({4, 4, 4, 3}), {.stride = 2, .padding = 1}, 6, 8),
          LinearMap::conv(kernel({3, 3, 2, 2}), {.stride = 2, .dilation = 2}, 7, 6),
          LinearMap::conv_transpose(kernel({3, 4, 4, 2}), {.stride = 2, .padding = 1}, 8, 8),
          LinearMap::conv_transpose(kernel({4, 3, 3, 2}), {.padding = 1}, 5, 5)};
}

template <class C>
class ConstraintCheck {
 public:
  explicit ConstraintCheck(const C& constraint) : constraint_(constraint) {}

  void run() const {
    for (const LinearMap& map : constraint_maps()) {
      CAPTURE(map.domain());
      CAPTURE(map.range());
      gradient(map);
      bound(map);
      zero(map);
      shared(map);
      saved(map);
      averaged(map);
      evaluated(map);
      if constexpr (kScales) {
        scale_invariance(map);
        at_most(map);
        constant_scale(map);
      }
    }
  }

 private:
  using LinearMap = layers::LinearMap;
  using Param = layers::Param;
  static constexpr bool kScales = requires(C c) { c.target.mode; };
  static constexpr bool kConstantParts = requires { C::kConstantParts; };
  static constexpr layers::Bounds bounds() {
    if constexpr (requires { C::bounds; }) return C::bounds;
    return layers::Bounds::map;
  }

  static Param param(const LinearMap& map, const C& constraint) {
    engine::seed(3);
    return Param(map.weight, {constraint});
  }
  static Tensor used(Param& p, const LinearMap& map) { return p.value(map.with(p.raw())); }
  // Optimizer steps that change nothing, so that the states advance.
  static void settle(Param& p, const LinearMap& map, int steps = kSettled) {
    for (int step = 0; step < steps; ++step) {
      p.changed();
      used(p, map);
    }
  }
  static Tensor cotangent(const LinearMap& map) {
    return Draw(5).uniform(map.weight.shape()).tensor();
  }
  static Tensor used(Param&& fresh, const LinearMap& map) { return used(fresh, map); }
  static Tensor gradient_of(Param&& fresh, const LinearMap& map) { return gradient_of(fresh, map); }
  static Tensor gradient_of(Param& p, const LinearMap& map) {
    return engine::grad(engine::sum(cotangent(map) * used(p, map)), {p.raw()})[0];
  }
  static double inner(const Tensor& a, const Tensor& b) {
    const Host x(a), y(b);
    double sum = 0;
    for (std::size_t i = 0; i < x.values.size(); ++i) sum += x.values[i] * y.values[i];
    return sum;
  }
  static double cosine(const Tensor& a, const Tensor& b) {
    const double square = inner(a, a) * inner(b, b);
    return square > 0 ? inner(a, b) / std::sqrt(square) : 0;
  }

  // States stand still, as a vector that is held constant is: exact at the top pair only, so they
  // have settled before. Where a step crosses a kink (an absolute value's zero) the differences do
  // not agree with those of a quarter of the step; then another direction is taken.
  void gradient(const LinearMap& map) const {
    if (kConstantParts || !kDouble) return;
    Param p = param(map, constraint_);
    settle(p, map, 3 * kSettled);
    const layers::Eval still;
    const Tensor g = gradient_of(p, map), start = p.raw().clone();
    bool smooth = false;
    for (std::uint64_t draw = 6; draw < 10 && !smooth; ++draw) {
      const Tensor direction = Draw(draw).uniform(map.weight.shape()).tensor();
      const auto at = [&](double factor) {
        engine::overwrite(p.raw(), start + static_cast<Real>(factor) * direction);
        p.changed();
        return inner(cotangent(map), used(p, map));
      };
      const auto slope = [&](double h) {
        return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      };
      const double scale = std::sqrt(inner(g, g) * inner(direction, direction));
      const double bar = 1e-7 * scale, numeric = slope(1e-4);
      smooth = std::abs(slope(2.5e-5) - numeric) < bar;
      CHECK(scale > 0);
      if (smooth) CHECK(std::abs(inner(g, direction) - numeric) < bar);
    }
    CHECK_MESSAGE(smooth, "no direction without kinks was found");
  }

  void scale_invariance(const LinearMap& map) const {
    const Tensor larger = used(param(map.with(map.weight * 3), constraint_), map);
    Param p = param(map, constraint_);
    CHECK(difference(larger, used(p, map)) < kClose);  // from the same start
    for (const int steps : {0, 1, 20}) {               // converged or not
      settle(p, map, steps);
      CHECK(std::abs(cosine(gradient_of(p, map), p.raw())) < (kDouble ? 1e-12 : kClose));
    }
  }

  void bound(const LinearMap& map) const {
    const std::optional<double> k = layers::Constraint(constraint_).target();
    if (!k || bounds() == layers::Bounds::neither) return;
    Param p = param(map, constraint_);
    settle(p, map);
    const LinearMap w = map.with(used(p, map));
    const double norm = sigma(bounds() == layers::Bounds::matrix ? w.matrix() : w);
    CHECK(norm <= *k * (1 + kSettledTolerance));
    CHECK(norm > 0.3 * *k);  // the loosest of the list reach 0.4
  }

  void at_most(const LinearMap& map) const {
    C loose = constraint_, tight = constraint_, equal = constraint_;
    loose.target.mode = tight.target.mode = layers::Mode::at_most;
    loose.target.k = 100;
    tight.target.k = equal.target.k = Real(0.01);
    CHECK(used(param(map, loose), map).values() == map.weight.values());
    CHECK(difference(used(param(map, tight), map), used(param(map, equal), map)) < kClose);
  }

  // With a constant factor f in W = f K, element by element, dL/dK = f G: so K dL/dK = W G.
  void constant_scale(const LinearMap& map) const {
    C constant = constraint_;
    constant.target.through_scale = false;
    Param p = param(map, constant);
    CHECK(difference(p.raw() * gradient_of(p, map), used(p, map) * cotangent(map)) < kClose);
  }

  void zero(const LinearMap& map) const {
    Param p = param(map.with(map.weight * 0), constraint_);
    for (int step = 0; step < 3; ++step) {
      p.changed();
      CHECK(largest(Host(used(p, map)).values) == 0);
      for (const Real v : gradient_of(p, map).values()) CHECK(std::isfinite(v));
    }
  }

  void shared(const LinearMap& map) const {
    Param p = param(map, constraint_);
    settle(p, map, 2);
    Draw draw(4);
    const Tensor real = draw.uniform(map.domain()).tensor();
    const Tensor fake = draw.uniform(map.domain()).tensor();
    p.changed();
    const auto output = [&](const Tensor& x) {
      return engine::sum(square(map.with(used(p, map))(x)));
    };
    const Tensor on_real = output(real);
    const std::vector<std::vector<Real>> states = state_values(p);
    const Tensor on_fake = output(fake);
    CHECK(state_values(p) == states);
    const Tensor g = engine::grad(on_real - on_fake, {p.raw()})[0];
    const Tensor of_real = engine::grad(output(real), {p.raw()})[0];
    const Tensor of_fake = engine::grad(output(fake), {p.raw()})[0];
    // Rounding is that of the two terms, which may all but cancel, or be zero by themselves: the
    // columns of Bjorck's matrices are of length one whatever the raw values.
    const double scale = 1 + largest(Host(of_real).values) + largest(Host(of_fake).values);
    CHECK(largest(Host(g - (of_real - of_fake)).values) <= kClose * scale);
  }

  static std::vector<std::vector<Real>> state_values(const Param& p) {
    std::vector<std::vector<Real>> all;
    for (const engine::State* state : p.states()) all.push_back(state->value().values());
    return all;
  }

  struct Module {  // with nothing but the weight
    Param weight;
    LinearMap map;
    Tensor operator()(const Tensor& x) { return map.with(used(weight, map))(x); }
    template <class V>
    void visit(V& v) {
      v("weight", weight);
    }
  };
  layers::Sequential module(const LinearMap& map) const {
    layers::Sequential net;
    net.add(Module{param(map, constraint_), map});
    return net;
  }
  static void disturb(layers::Sequential& net, double much, std::uint64_t draw) {
    std::vector<Tensor> gradients;
    for (const Param* each : net.parameters())
      gradients.push_back(Draw(draw).uniform(each->raw().shape()).tensor());
    layers::Sgd({.lr = static_cast<Real>(much)}, net.parameters()).step(gradients);
  }

  void saved(const LinearMap& map) const {
    const Tensor x = Draw(4).uniform(map.domain()).tensor();
    layers::Sequential one = module(map), other = module(map.with(map.weight * Real(0.5)));
    for (int step = 0; step < 3; ++step) {
      one(x);
      disturb(one, 0.1, 7);
    }
    engine::TensorFile file;
    layers::store(file, "net.", one);
    layers::restore(file, "net.", other);
    for (int step = 0; step < 3; ++step) {
      CHECK(one(x).values() == other(x).values());
      disturb(one, 0.1, 8);
      disturb(other, 0.1, 8);
    }
  }

  // Large steps, so that the constraint of the mean and the mean of constraints are far apart.
  void averaged(const LinearMap& map) const {
    const Tensor x = Draw(4).uniform(map.domain()).tensor();
    layers::Sequential net = module(map), fresh = module(map);
    layers::Ema ema(Real(0.5), net);
    Tensor raw = map.weight, constrained = used(param(map, constraint_), map);
    for (int step = 0; step < 6; ++step) {
      net(x);
      disturb(net, 0.5, 9 + step);
      net(x);
      ema.step();
      Param& now = *net.parameters()[0];
      raw = 0.5F * (raw + now.raw());
      constrained = 0.5F * (constrained + used(now, map)).detach();
    }
    const std::vector<engine::State*> from = layers::states(net), expected = layers::states(fresh),
                                      to = layers::states(ema.average());
    REQUIRE(to.size() == from.size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      CHECK(to[i]->value().values() == from[i]->value().values());
      expected[i]->assign(from[i]->value());
    }
    // The weight of the average is the constraint of the averaged raw values, by those states.
    const layers::Eval evaluate;
    engine::overwrite(fresh.parameters()[0]->raw(), raw);
    fresh.parameters()[0]->changed();
    const Tensor y = ema.average()(x);
    CHECK(difference(y, fresh(x)) < 10 * kClose);
    if (kScales) CHECK(difference(y, map.with(constrained)(x)) > 0.01);
  }

  // Evaluation neither creates nor advances a state, even if the weight has changed.
  void evaluated(const LinearMap& map) const {
    Param p = param(map, constraint_);
    {
      const layers::Eval evaluate;
      used(p, map);
      for (const engine::State* state : p.states()) CHECK(!state->defined());
    }
    settle(p, map, 2);
    const std::vector<std::vector<Real>> before = state_values(p);
    const layers::Eval evaluate;
    engine::overwrite(p.raw(), p.raw() + cotangent(map));
    settle(p, map, 2);
    CHECK(state_values(p) == before);
  }

  C constraint_;
};

template <class C>
void check_constraint(const C& constraint) {
  ConstraintCheck<C>(constraint).run();
}

}  // namespace tests
