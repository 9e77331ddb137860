#include "engine/ops/spectral.h"

#include "engine/backend.h"
#include "engine/functions.h"
#include "engine/ops/fused_op.h"
#include "engine/ops/matmul.h"
#include "engine/ops/pointwise.h"

namespace engine {
namespace {

TopPair pair_of(const TopTensors& top, int rounds) {
  const Shape& w = top.w.shape();
  check(w.rank() == 2 && w.size() > 0 && top.u.shape() == Shape{1, w[0]} &&
            top.v.shape() == Shape{1, w[1]} && top.sigma.size() == 1,
        "spectral norm: vectors ", top.u.shape(), " and ", top.v.shape(), " do not fit a matrix ",
        w);
  for (const Tensor& other : {top.u, top.v, top.sigma})
    check(&other.backend() == &top.w.backend(), "spectral norm: the matrix ", w, " is on ",
          top.w.backend().name(), ", its vectors on ", other.backend().name());
  return {.m = w[0],
          .n = w[1],
          .w = top.w.data(),
          .u = top.u.mutable_data(),
          .v = top.v.mutable_data(),
          .sigma = top.sigma.mutable_data(),
          .rounds = rounds};
}

// Its input is the matrix. The vectors are kept beside: by-products, not inputs.
struct ScaleToNormOp : FusedOp {
  Tensor u, v, sigma;
  NormScale scale;
  ScaleToNormOp(const TopTensors& top, const NormScale& scale)
      : u(top.u), v(top.v), sigma(top.sigma), scale(scale) {}

  const char* name() const override { return "scale_to_norm"; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs in, const Tensor& out) const override {
    const TopPair top = pair_of({in[0], u, v, sigma}, 0);
    out.backend().scale_to_norm(scale, in[0].size(), top.w, top.sigma, out.data());
  }
  Tensor definition(Inputs in) const override {
    Tensor norm_now = norm(matmul_nt(v, in[0]));
    if (!scale.through_sigma) norm_now = norm_now.detach();
    return in[0] * (scale.k / maximum(norm_now, scalar(scale.least)));
  }
  void backward(const Tensor& g, Inputs in, const Tensor&, std::span<const char>,
                std::span<Tensor> cotangents) const override {
    cotangents[0] = Tensor(in[0].shape());
    g.backend().scale_to_norm_grad(scale, pair_of({in[0], u, v, sigma}, 0), g.data(),
                                   cotangents[0].data());
  }
};

}  // namespace

void power_iteration(std::span<const PowerIteration> all) {
  FreeListVector<TopPair> pairs;
  for (const PowerIteration& one : all) {
    check(&one.top.w.backend() == &all[0].top.w.backend(),
          "spectral norm: matrices on several devices cannot share an iteration");
    pairs.push_back(pair_of(one.top, one.rounds));
  }
  if (!all.empty()) all[0].top.w.backend().power_iteration(pairs);
}

Tensor scale_to_norm(const TopTensors& top, const NormScale& scale) {
  return apply(ScaleToNormOp(top, scale), {top.w});
}

}  // namespace engine
