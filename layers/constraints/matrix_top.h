// MatrixTop: the top singular vectors of a reshaped kernel and their sigma, by power iteration, for
// constraints that scale a weight by it. Sigma is kept until the raw values change: D(real), D(fake)
// and the update of G share one iteration. An optimizer advances all of its layers together (on
// CUDA, three launches an iteration). Of it, u and v are saved. Cost: two passes over the matrix per
// iteration. Source: Miyato et al. (2018), algorithm 1.
#pragma once

#include "engine/capture.h"
#include "engine/update.h"
#include "layers/constraints/power_iteration.h"

namespace layers {

struct MatrixTop : TopVectors {
  MatrixTop() = default;
  // A copy finds its own sigma.
  MatrixTop(const MatrixTop& other) : TopVectors(other) {}
  MatrixTop& operator=(const MatrixTop& other) {
    TopVectors::operator=(other);
    changed();
    return *this;
  }

  void changed() { fits_ = false; }

  // Of the matrix w [m, n], whose vectors advance by these iterations unless sigma is known; in
  // evaluation they stay as they are.
  engine::TopTensors of(const engine::Tensor& w, int iterations) {
    if (fits(w)) return {w, u.place(), v.place(), sigma_};
    const engine::NoGrad constant;
    const bool known = fit(w);
    engine::TopTensors top{w, known ? u.value() : engine::Tensor(engine::Shape{1, w.dim(0)}),
                           known ? v.value() : normal(engine::Shape{1, w.dim(1)}),
                           engine::Tensor(engine::Shape{})};
    if (!known) run(top, 0);
    run(top, !known ? kBurnIn : evaluating() ? 0 : iterations);
    if (!evaluating()) keep(top);
    return top;
  }

  // The same as one of several iterations that run together. False if there are no vectors yet.
  bool advance(const engine::Tensor& w, int iterations, PowerIterations& together) {
    if (!fit(w) || !sigma_.defined()) return false;
    together.push_back({{w, u.place(), v.place(), sigma_}, iterations});
    mark(w, kAlways);
    return true;
  }

 private:
  // Whether there are vectors for this matrix; those of another shape are reset.
  bool fit(const engine::Tensor& w) {
    keep_if_of_shape(v, {1, w.dim(1)});
    return v.defined() && u.has_shape({1, w.dim(0)});
  }
  static void run(const engine::TopTensors& top, int rounds) {
    const engine::PowerIteration one[] = {{top, rounds}};
    power_iteration(one);
  }
  void keep(const engine::TopTensors& top) {
    u.assign(top.u);
    v.assign(top.v);
    if (!sigma_.defined()) sigma_ = engine::zeros({});
    engine::overwrite(sigma_, top.sigma);
    mark(top.w, engine::generation());
  }

  // A replay ends with vectors that an optimizer advanced, as the captured step did; what was found
  // at first use, it may have left behind.
  static constexpr std::uint64_t kAlways = ~std::uint64_t{0};
  void mark(const engine::Tensor& w, std::uint64_t serves) {
    matrix_ = w.detach();
    serves_ = serves;
    fits_ = true;
  }
  bool fits(const engine::Tensor& w) const {
    return fits_ && matrix_.data() == w.data() &&
           (serves_ == kAlways || serves_ == engine::generation());
  }

  engine::Tensor sigma_;            // at a fixed address, as u and v: captured steps see it change
  engine::Tensor matrix_;           // that sigma is the norm of
  engine::Noted<bool> fits_;        // whether the matrix has not changed since
  std::uint64_t serves_ = kAlways;  // the generation (capture.h) in which sigma fits
};

}  // namespace layers
