#include "layers/lipschitz/kernel.h"

namespace layers {

using namespace engine;

Tensor kernel(const LinearMap& W) {
  const Tensor& weight = W.weight;
  check(weight.size() > 0, "kernel: a weight of shape ", weight.shape(), " has no elements");
  return weight.rank() == 4 ? weight : reshape(weight, {weight.dim(0), 1, 1, weight.dim(1)});
}

Tensor zero_stuffed(const Tensor& kernel, Pair dilation) {
  const auto stuffed = [](const Tensor& x, int axis, Index step) {
    return step == 1 ? x : place(x, axis, 0, (x.dim(axis) - 1) * step + 1, step);
  };
  return stuffed(stuffed(kernel, 1, dilation.h), 2, dilation.w);
}

Tensor space_to_depth(const Tensor& kernel, Pair s) {
  const Index rows = (kernel.dim(1) + s.h - 1) / s.h, columns = (kernel.dim(2) + s.w - 1) / s.w;
  const Tensor whole =
      pad(pad(kernel, 1, 0, rows * s.h - kernel.dim(1)), 2, 0, columns * s.w - kernel.dim(2));
  const Index out = kernel.dim(0), in = kernel.dim(3);
  const Tensor phases = reshape(whole, {out, rows, s.h, columns, s.w, in});
  return reshape(permute(phases, {0, 1, 3, 2, 4, 5}), {out, rows, columns, s.h * s.w * in});
}

Tensor polyphase(const LinearMap& W) {
  return space_to_depth(zero_stuffed(kernel(W), W.options().dilation), W.options().stride);
}

}  // namespace layers
