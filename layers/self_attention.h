// SelfAttention: y = x + gamma W o, where at pixel j of x [N, H, W, C]
//
//   o_j = sum over i of softmax_i(<F x_i, G x_j>) H x_i
//
// F, G, H and W are 1x1 convolutions without bias: the first three reduce x to C / 8 channels, and
// W restores C. gamma starts at 0, so the layer starts as the identity. The constraints apply to
// all four weights. None of them makes the layer Lipschitz: its bound is infinite (Kim,
// Papamakarios and Mnih, "The Lipschitz Constant of Self-Attention", 2021). Cost: H W C (3 C + H W)
// / 4 multiplications and (H W)^2 numbers of memory per image. Errors: x is not [N, H, W, C]; fewer
// than 8 channels. Source: Zhang et al., "Self-Attention Generative Adversarial Networks" (2019),
// section 3.
#pragma once

#include <limits>
#include <vector>

#include "layers/conv2d.h"

namespace layers {

class SelfAttention {
 public:
  explicit SelfAttention(engine::Index channels, const std::vector<Constraint>& chain = {})
      : query(projection(channels, inner(channels), chain)),
        key(projection(channels, inner(channels), chain)),
        value(projection(channels, inner(channels), chain)),
        out(projection(inner(channels), channels, chain)),
        gamma(engine::zeros({1})) {}

  engine::Tensor operator()(const engine::Tensor& x) {
    const engine::Tensor looks = softmax(matmul_nt(pixels(query(x)), pixels(key(x))));
    const engine::Tensor found = matmul(looks, pixels(value(x)));  // [N, H W, C / 8]
    return x + gamma.raw() * out(reshape(found, {x.dim(0), x.dim(1), x.dim(2), found.dim(2)}));
  }

  static double lipschitz(const engine::Shape&) { return std::numeric_limits<double>::infinity(); }

  template <class V>
  void visit(V& v) {
    v("query", query);  // G
    v("key", key);      // F
    v("value", value);  // H
    v("out", out);      // W
    v("gamma", gamma);
  }

  Conv2d query, key, value, out;
  Param gamma;  // [1]

 private:
  static engine::Index inner(engine::Index channels) {
    engine::check(channels >= 8, "self_attention: it needs 8 channels or more, not ", channels);
    return channels / 8;
  }
  static Conv2d projection(engine::Index in, engine::Index to,
                           const std::vector<Constraint>& chain) {
    return Conv2d(in, to, {.kernel = 1, .bias = false}, chain);
  }
  static engine::Tensor pixels(const engine::Tensor& x) {  // [N, H W, C]
    return reshape(x, {x.dim(0), x.dim(1) * x.dim(2), x.dim(3)});
  }
};

}  // namespace layers
