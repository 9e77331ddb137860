// Windows of convolutions and pools along one spatial axis, and reading and writing of the ONNX
// attributes (strides, dilations, pads or auto_pad, ceil_mode) for one to three axes. Errors:
// attributes that are missing, of the wrong length, or out of range.
#pragma once

#include <vector>

#include "engine/geometry.h"
#include "engine/graph/call.h"
#include "engine/graph/traced_op.h"

namespace engine::graph {

// The windows along one axis.
struct Steps {
  Index extent;  // of the image
  Index kernel, stride, dilation;
  Index before, after;  // padding; after may reach further, for the last window of ceil_mode
  Index overflow = 0;   // by how much
  Index reach() const { return dilation * (kernel - 1) + 1; }
  Index windows() const { return (extent + before + after + overflow - reach()) / stride + 1; }
};

// One for each spatial axis of the image [N, spatial..., C], for kernels of these extents.
std::vector<Steps> window_steps(const Call& call, const Shape& image,
                                const std::vector<Index>& kernel);

// An attribute with a number for each spatial axis, each at least `least`.
std::vector<Index> per_axis(const Call& call, const char* name, std::size_t axes, Index least,
                            Index otherwise);

// An image with one or two spatial axes as one with two: [N, 1, W, C].
Tensor with_height(const Tensor& x);

// The epilogue that passes have merged into this op: an activation; and y with a bias (input
// `bias_input`, if given) and that activation applied. y is [N, spatial..., C].
Activation activation_of(const Call& c);
Tensor finished(const Call& c, int bias_input, const Tensor& y);

// [top, left, bottom, right], where bottom and right follow from the larger image, `large`, and the
// windows over it, `small`. Negative: pixels that no window reaches.
std::vector<Index> traced_pads(const TracedOp& t, const Shape& large, const Shape& small);
TracedOp::Attributes traced_window(const TracedOp& t, std::vector<Index> pads);

}  // namespace engine::graph
