// Geometry of the sliding windows of convolutions and pools; height and width are independent.
// Parameters mean the same as in PyTorch; padding may differ on all four sides.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/geometry.h"
#include "engine/shape.h"

namespace engine {

// Height and width; one number means both.
struct Pair {
  Index h = 1, w = 1;
  Pair(Index both) : h(both), w(both) {}  // NOLINT: `.stride = 2` is meant to work
  Pair(Index h, Index w) : h(h), w(w) {}
  bool operator==(const Pair&) const = default;
};

// Zeros around the image: one number for all sides, (height, width), or all four.
struct Padding {
  Index top = 0, bottom = 0, left = 0, right = 0;
  Padding(Index all) : Padding(all, all) {}  // NOLINT: `.padding = 1` is meant to work
  Padding(Index h, Index w) : Padding(h, h, w, w) {}
  Padding(Index top, Index bottom, Index left, Index right)
      : top(top), bottom(bottom), left(left), right(right) {}
  bool operator==(const Padding&) const = default;
};

// The geometry of a convolution besides the sizes of kernel and image.
struct ConvOptions {
  Pair stride = 1;
  Padding padding = 0;
  Pair dilation = 1;
  bool operator==(const ConvOptions&) const = default;
};

// The geometry of a pool.
struct PoolOptions {
  Pair kernel = 2;
  Pair stride = 2;
  Padding padding = 0;
  bool count_padding = true;  // whether an average divides by the padding's elements too
};

// The window of a convolution of `image` [N, H, W, C] with `weight` [O, kH, kW, C].
// Errors: name `op`, both shapes, and what does not fit.
Window conv_window(const char* op, const Shape& image, const Shape& weight,
                   const ConvOptions& options);
Window pool_window(const char* op, const Shape& image, const PoolOptions& options);

// For a transposed convolution of y [N, P, Q, O], with PyTorch's output padding: the resulting
// image and its windows, which do not cover the last `extra` pixels.
void check_features(const Shape& y, const Shape& weight);  // Errors: they do not fit
Shape transposed_image(const Shape& y, const Shape& weight, const ConvOptions& options, Pair extra);
Window transposed_window(const Shape& y, const Shape& weight, const ConvOptions& options,
                         Pair extra);

// By name, as in Op::settings. Bottom and right padding follow from the shapes.
std::map<std::string, std::vector<double>> settings_of(const Window& window);

}  // namespace engine
