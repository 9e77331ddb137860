#include "datasets/image_grid.h"

#include <stb_image_write.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/check.h"
#include "engine/file.h"
#include "engine/grey_levels.h"

namespace datasets {
namespace {

using engine::Index;
using engine::Real;

constexpr int kGap = 2;
constexpr std::uint8_t kGapColour = 255;

std::uint8_t to_byte(Real value) {
  const Real level = std::round(engine::to_grey(value));
  if (!(level > 0)) return 0;  // NaN as well
  return level < 255 ? static_cast<std::uint8_t>(level) : 255;
}

struct Picture {
  int height, width, channels;
  std::vector<std::uint8_t> bytes = {};
};

Picture paint(std::span<const Real> pixels, const GridLayout& grid) {
  const int columns =
      grid.columns ? grid.columns : static_cast<int>(std::ceil(std::sqrt(grid.count)));
  const int rows = static_cast<int>((grid.count + columns - 1) / columns);
  const int cell_height = grid.height * grid.scale, cell_width = grid.width * grid.scale;
  Picture picture{.height = rows * (cell_height + kGap) - kGap,
                  .width = columns * (cell_width + kGap) - kGap,
                  .channels = grid.channels};
  picture.bytes.assign(Index{picture.height} * picture.width * grid.channels, kGapColour);
  for (Index i = 0; i < grid.count; ++i) {
    const Index top = i / columns * (cell_height + kGap), left = i % columns * (cell_width + kGap);
    const Real* image = pixels.data() + i * grid.height * grid.width * grid.channels;
    for (int y = 0; y < cell_height; ++y) {
      std::uint8_t* out = &picture.bytes[((top + y) * picture.width + left) * grid.channels];
      const Real* row = image + Index{y / grid.scale} * grid.width * grid.channels;
      for (int x = 0; x < cell_width; ++x)
        for (int c = 0; c < grid.channels; ++c)
          *out++ = to_byte(row[x / grid.scale * grid.channels + c]);
    }
  }
  return picture;
}

std::string encode_png(const Picture& picture) {
  std::string png;
  const auto append = [](void* out, void* data, int size) {
    static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
  };
  const int stride = picture.width * picture.channels;
  engine::check(stbi_write_png_to_func(append, &png, picture.width, picture.height,
                                       picture.channels, picture.bytes.data(), stride),
                "grid: a picture of ", picture.width, "x", picture.height, " cannot be encoded");
  return png;
}

// Errors: begin with `name`.
std::string encode_grid(const std::string& name, std::span<const Real> pixels,
                        const GridLayout& grid) {
  engine::check(grid.channels == 1 || grid.channels == 3, name,
                ": images have 1 or 3 channels, not ", grid.channels);
  engine::check(
      grid.count > 0 && grid.height > 0 && grid.width > 0 && grid.columns >= 0 && grid.scale > 0,
      name, ": a grid needs at least one image, pixel and scale");
  const Index wanted = grid.count * grid.height * grid.width * grid.channels;
  engine::check(static_cast<Index>(pixels.size()) == wanted, name, ": ", grid.count, " images of ",
                grid.height, "x", grid.width, "x", grid.channels, " are ", wanted, " values, not ",
                pixels.size());
  return encode_png(paint(pixels, grid));
}

}  // namespace

std::string grid_png(std::span<const Real> pixels, const GridLayout& layout) {
  return encode_grid("grid", pixels, layout);
}

void save_grid(const std::string& path, std::span<const Real> pixels, const GridLayout& layout) {
  engine::write_file(path, encode_grid(path, pixels, layout));
}

void save_grid(const std::string& path, const engine::Tensor& images, const GridOptions& options) {
  engine::check(images.rank() == 4, path, ": images must be [N, H, W, C], got ", images.shape());
  save_grid(path, images.values(),
            {.count = images.dim(0),
             .height = static_cast<int>(images.dim(1)),
             .width = static_cast<int>(images.dim(2)),
             .channels = static_cast<int>(images.dim(3)),
             .columns = options.columns,
             .scale = options.scale});
}

}  // namespace datasets
