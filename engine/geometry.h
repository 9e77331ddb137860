// Plain data that ops pass to backends: memory traversal, window geometry, the wanted slot of a
// trilinear form.
#pragma once

#include <array>
#include <cstdint>

#include "engine/real.h"
#include "engine/shape.h"

namespace engine {

// Extents with one stride per axis for each of two operands; a stride of 0 repeats (broadcasting).
struct Strides {
  Shape extents;
  std::array<Index, Shape::kMaxRank> x{}, y{};
};

// A float32 number's upper half: its sign, exponent and first seven bits of fraction.
struct Bfloat16 {
  std::uint16_t bits;
};

// An array that a verb reads or writes, of either kind.
struct Operand {
  Real* wide = nullptr;
  Bfloat16* narrow = nullptr;
  Operand() = default;
  KANTOR_DEVICE Operand(Real* reals) : wide(reals) {}          // NOLINT: an array of Reals is one
  KANTOR_DEVICE Operand(Bfloat16* narrow) : narrow(narrow) {}  // NOLINT
  // The same array from this element on.
  KANTOR_DEVICE Operand from(Index offset) const {
    return narrow ? Operand(narrow + offset) : Operand(wide + offset);
  }
};

// The reductions along an axis that a backend computes.
enum class Reduction { sum, max };

// The trilinear forms: <conv(X, W), Y> and <X W^T, Y>. A verb computes the named slot from the
// other two: Y the product, X its adjoint, W the weight gradient.
enum class Slot { X, W, Y };

// One geometry for the three slots of a convolution. X is [n, height, width, in], W is
// [out, kernel_h, kernel_w, in], Y is [n, out_height, out_width, out], and
//   Y[n,p,q,o] = sum over a, b, i of W[o,a,b,i] *
//                X[n, p stride_h + a dilation_h - top, q stride_w + b dilation_w - left, i].
// Bottom and right padding follow from the extents. Pooling uses the same windows, with out = in.
struct Window {
  Index n, height, width, in;
  Index out_height, out_width, out;
  Index kernel_h, kernel_w;
  Index stride_h, stride_w, dilation_h, dilation_w;
  Index top, left;
};

// What a pooling verb does with each window: average it, spread a value evenly over it (the
// adjoint), pick the value where x is largest, or add a value there (pick's adjoint).
enum class PoolMode { average, spread, pick, put };

// The activations that a bias can be fused with.
enum class Activation { none, relu, leaky_relu, tanh };

// One step of Adam; the corrections are 1 - beta^t.
struct AdamStep {
  Real lr, beta1, beta2, epsilon;
  Real correction1, correction2;
};

// A batch of `n` of the `count` images of a table, each [height, width, channels].
struct ImageBatch {
  Index n, count, height, width, channels;
  bool dequantize;  // add noise below one step of the bytes
  Index first = 0;  // index of image 0 in the whole batch, which selects its noise
  Index size() const { return height * width * channels; }
};

}  // namespace engine
