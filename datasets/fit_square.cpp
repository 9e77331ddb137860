#include "datasets/fit_square.h"

#include <stb_image_resize.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

namespace datasets {

void fit_square(const std::uint8_t* image, int height, int width, int channels, int side,
                std::uint8_t* out) {
  const int square = std::min(height, width);
  const std::size_t top = (height - square) / 2, left = (width - square) / 2;
  const int stride = width * channels;
  const std::uint8_t* corner = image + top * stride + left * channels;
  if (square == side) {
    const std::size_t row = std::size_t(side) * channels;
    for (int y = 0; y < side; ++y)
      std::memcpy(out + y * row, corner + std::size_t(y) * stride, row);
    return;
  }
  // It fails only if it runs out of scratch memory.
  if (!stbir_resize_uint8(corner, square, square, stride, out, side, side, 0, channels))
    throw std::bad_alloc();
}

}  // namespace datasets
