// Constraint: any value with `Tensor operator()(const LinearMap&)` that returns the weight to use
// instead of the raw one. Constraints compose in order: each sees the map with the weight returned
// by the one before. A constraint may also have
//
//   State members                 found automatically; saved and copied with the parameter
//   void visit(V&)                to name its states, or to hold parameters of its own
//   void options(V&)              to name its settings, for `d.constraint=name(setting=value)`
//   Tensor project(raw)           the raw values to continue with after an optimizer step
//   void attach(raw)              called with the raw values when they are set from outside
//   void changed()                called when the raw values have changed in any way
//   bool advance(raw, together)   advances the states for new raw values, after an optimizer step:
//                                 adds to the power iterations that run together; false: it cannot
//   optional<double> aim()        the target norm, overriding the members `target` and `k`
//   TopVectors top                the vectors of its power iteration; audits show |W v|
//   static constexpr Bounds       whose norm k bounds (constraints/target.h)
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/ops/spectral.h"
#include "engine/state.h"
#include "layers/linear_map.h"
#include "layers/type_name.h"

namespace layers {

class Visitor;

// The top singular vectors of a map, u = W v / |W v| and v, as estimated by a power iteration: kept
// and saved, never differentiated, never averaged.
struct TopVectors {
  engine::State u = {}, v = {};
};

// The power iterations of several layers, which run together.
using PowerIterations = engine::FreeListVector<engine::PowerIteration>;

class Constraint {
 public:
  template <class C>
  requires(!std::is_same_v<std::remove_cvref_t<C>, Constraint>)
      Constraint(const C& value)  // NOLINT: `Linear(2, 16, SpectralNorm{3})` is meant to work
      : held_(std::make_unique<Holder<C>>(value)) {}
  Constraint(const Constraint& other) : held_(other.held_->clone()) {}
  Constraint& operator=(const Constraint& other) {
    held_ = other.held_->clone();
    return *this;
  }
  Constraint(Constraint&&) = default;
  Constraint& operator=(Constraint&&) = default;
  ~Constraint() = default;

  engine::Tensor operator()(const LinearMap& map) const { return held_->call(map); }
  const std::vector<engine::State*>& states() const { return held_->states; }
  void visit(Visitor& visitor) const { held_->visit(visitor); }
  engine::Tensor project(const engine::Tensor& raw) const { return held_->project(raw); }
  void attach(const engine::Tensor& raw) const { held_->attach(raw); }
  void changed() const { held_->changed(); }
  bool advance(const engine::Tensor& raw, PowerIterations& together) const {
    return held_->advance(raw, together);
  }

  // The constraint itself, if it is a C; else null.
  template <class C>
  const C* as() const {
    const auto* holder = dynamic_cast<const Holder<C>*>(held_.get());
    return holder ? &holder->constraint : nullptr;
  }
  // The name of its type: "SpectralNorm".
  std::string type() const { return held_->type(); }

  // Its target norm, if it has `aim()` or a member `target` or `k`.
  std::optional<double> target() const { return held_->target(); }
  // The vectors of its power iteration: the member `top`. Null if there is none.
  const TopVectors* top_vectors() const { return held_->top_vectors(); }

 private:
  struct Held {
    virtual ~Held() = default;
    virtual std::unique_ptr<Held> clone() const = 0;
    virtual engine::Tensor call(const LinearMap& map) = 0;
    virtual void visit(Visitor& visitor);  // the states, by number
    virtual engine::Tensor project(const engine::Tensor&) { return {}; }
    virtual void attach(const engine::Tensor&) {}
    virtual void changed() {}
    virtual bool advance(const engine::Tensor&, PowerIterations&) { return false; }
    virtual std::optional<double> target() const { return std::nullopt; }
    virtual const TopVectors* top_vectors() const { return nullptr; }
    virtual std::string type() const = 0;
    std::vector<engine::State*> states;
  };
  template <class C>
  struct Holder : Held {
    explicit Holder(const C& value) : Holder(value, engine::StateCollector()) {}
    // The collector records the states inside the copy while it is made.
    Holder(const C& value, const engine::StateCollector& collector) : constraint(value) {
      this->states = collector.found();
    }
    std::unique_ptr<Held> clone() const override { return std::make_unique<Holder>(constraint); }
    engine::Tensor call(const LinearMap& map) override { return constraint(map); }
    void visit(Visitor& visitor) override {
      if constexpr (requires { constraint.visit(visitor); }) {
        constraint.visit(visitor);
      } else {
        Held::visit(visitor);
      }
    }
    std::string type() const override { return type_name<C>(); }
    engine::Tensor project(const engine::Tensor& raw) override {
      if constexpr (requires { constraint.project(raw); }) {
        return constraint.project(raw);
      } else {
        return {};
      }
    }
    void attach(const engine::Tensor& raw) override {
      if constexpr (requires { constraint.attach(raw); }) constraint.attach(raw);
    }
    void changed() override {
      if constexpr (requires { constraint.changed(); }) constraint.changed();
    }
    bool advance(const engine::Tensor& raw, PowerIterations& together) override {
      if constexpr (requires { constraint.advance(raw, together); }) {
        return constraint.advance(raw, together);
      } else {
        return false;
      }
    }
    std::optional<double> target() const override {
      if constexpr (requires { constraint.aim(); }) {
        return constraint.aim();
      } else if constexpr (requires { constraint.target.k; }) {
        return constraint.target.k;
      } else if constexpr (requires { constraint.k; }) {
        return constraint.k;
      } else {
        return std::nullopt;
      }
    }
    const TopVectors* top_vectors() const override {
      if constexpr (requires {
                      { constraint.top } -> std::convertible_to<const TopVectors&>;
                    }) {
        return &constraint.top;
      } else {
        return nullptr;
      }
    }
    C constraint;
  };
  std::unique_ptr<Held> held_;
};

}  // namespace layers
