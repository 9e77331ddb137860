// A grid of images as one PNG, two white pixels between neighbours.
//
// Images are [count, height, width, channels] in [-1, 1], 1 or 3 channels; a value v becomes the
// byte 127.5 v + 127.5, rounded and clipped (NaN: black). The file is written beside and renamed.
// Errors: a number of channels that is not 1 or 3; values that do not fill the layout; a file that
// cannot be written (path and reason). Source of the PNG: stb_image_write.
#pragma once

#include <span>
#include <string>

#include "engine/tensor.h"

namespace datasets {

struct GridLayout {
  engine::Index count = 0;
  int height = 0, width = 0, channels = 3;
  int columns = 0;  // 0: as square as can be
  int scale = 1;    // each pixel becomes scale x scale
};

void save_grid(const std::string& path, std::span<const engine::Real> pixels,
               const GridLayout& layout);

// The bytes of the file. Errors: as above, beginning with "grid".
std::string grid_png(std::span<const engine::Real> pixels, const GridLayout& layout);

struct GridOptions {
  int columns = 0;
  int scale = 1;
};

// The same for a tensor [count, height, width, channels].
void save_grid(const std::string& path, const engine::Tensor& images,
               const GridOptions& options = {});

}  // namespace datasets
