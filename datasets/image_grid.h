// A grid of images as one PNG, with two white pixels between neighbors.
//
// Images are [count, height, width, channels] in [-1, 1], 1 or 3 channels; a value v becomes the
// byte 127.5 v + 127.5, rounded and clipped (NaN: black). The file is written under a temporary
// name and renamed. Errors: a number of channels that is not 1 or 3; values that do not fill the
// layout; a file that cannot be written (path and reason). Source of the PNG: stb_image_write.
#pragma once

#include <span>
#include <string>

#include "engine/tensor.h"

namespace datasets {

// The layout of a grid, for images given as plain numbers.
struct GridLayout {
  engine::Index count = 0;
  int height = 0, width = 0, channels = 3;
  int columns = 0;  // 0: as square as possible
  int scale = 1;    // each pixel becomes scale x scale
};

// Writes the grid of these images, one image after the other, as PNG.
void save_grid(const std::string& path, std::span<const engine::Real> pixels,
               const GridLayout& layout);

// The bytes of the file. Errors: as above, beginning with "grid".
std::string grid_png(std::span<const engine::Real> pixels, const GridLayout& layout);

// The layout of a grid, as far as it does not follow from a tensor.
struct GridOptions {
  int columns = 0;
  int scale = 1;
};

// The same for a tensor [count, height, width, channels].
void save_grid(const std::string& path, const engine::Tensor& images,
               const GridOptions& options = {});

}  // namespace datasets
