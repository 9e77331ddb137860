// Resizing methods for a network's input, named after their origin. The method changes the
// features: an FID by several points.
//
//   find(resizers(), "resizing", "clean-fid").resize(images, 299, 299)
//
//   tf1        TensorFlow 1's ResizeBilinear, as the graph of 2015 contains it: pixel i of the
//              result lies at i in / out (align_corners=False, no half-pixel centers), and lies
//              between two pixels; shrinking skips pixels, so fine patterns alias
//   clean-fid  Pillow's bicubic filter (a = -1/2), widened for shrinking, so that every pixel
//              counts; in float, horizontally first, clipped to 0 .. 255
//
// Images are [N, H, W, C] in 0 .. 255, of one size, without cropping. Results are not rounded to
// bytes. clean-fid is bit-identical to Pillow's mode F; Pillow 13 resizes vertically first for some
// images (such as 77x100 to 64x64), and then differs by a float32 rounding, 3.1e-5 of 255. Cost:
// about ten operations per pixel and filter tap. Errors: a size without pixels. Source:
// tensorflow/core/util/image_resizer_state.h; Pillow's src/libImaging/Resample.c; Parmar et al.,
// "On Aliased Resizing and Surprising Subtleties in GAN Evaluation", 2022.
#pragma once

#include <span>

#include "engine/tensor.h"

namespace gan::metrics {

using engine::Index;

struct Resizer {
  const char* name;  // what options call it
  const char* says;  // what the protocol says: "TensorFlow 1 bilinear"
  engine::Tensor (*resize)(const engine::Tensor& images, Index height, Index width);
};

std::span<const Resizer> resizers();
const Resizer& resizer_named(const std::string& name);  // Errors: an unknown name

engine::Tensor resize_as_tensorflow1(const engine::Tensor& images, Index height, Index width);
engine::Tensor resize_as_clean_fid(const engine::Tensor& images, Index height, Index width);

}  // namespace gan::metrics
