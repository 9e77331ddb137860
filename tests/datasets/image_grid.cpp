#include "datasets/image_grid.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "datasets/image_file.h"
#include "tests/datasets/scratch.h"

using datasets::Image;
using datasets::save_grid;
using engine::Real;

namespace {

int red(const Image& image, int y, int x) {
  return static_cast<std::uint8_t>(image.pixels[(y * image.width + x) * image.channels]);
}

}  // namespace

TEST_CASE("grid: place, gaps, scale and rounding") {
  const Scratch scratch;
  const std::string path = scratch / "grid.png";
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  const std::vector<Real> pixels = {-1, 1, 0, 5, -5, nan};  // three gray images of 1x2
  save_grid(path, pixels,
            {.count = 3, .height = 1, .width = 2, .channels = 1, .columns = 2, .scale = 3});
  const Image image = datasets::decode_image(path);
  CHECK(image.width == 2 * 6 + 2);
  CHECK(image.height == 2 * 3 + 2);
  CHECK(red(image, 0, 0) == 0);
  CHECK(red(image, 2, 3) == 255);
  CHECK(red(image, 0, 6) == 255);  // the gap
  CHECK(red(image, 0, 8) == 128);
  CHECK(red(image, 0, 11) == 255);
  CHECK(red(image, 5, 0) == 0);
  CHECK(red(image, 5, 3) == 0);
  CHECK(red(image, 7, 13) == 255);  // no fourth image
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.path()),
                      std::filesystem::directory_iterator()) == 1);
}

TEST_CASE("grid: of a tensor") {
  const Scratch scratch;
  save_grid(scratch / "grid.png", engine::Tensor::from({4, 2, 2, 3}, std::vector<Real>(48, 1)));
  CHECK(datasets::decode_image(scratch / "grid.png").width == 6);
  CHECK(says(complaint([&] {
               save_grid(scratch / "bad.png", engine::Tensor::from({2, 2}, {1, 2, 3, 4}));
             }),
             "bad.png", "[N, H, W, C]", "[2, 2]"));
}

TEST_CASE("grid: what cannot be drawn or written") {
  const Scratch scratch;
  const std::string path = scratch / "grid.png";
  const std::vector<Real> pixels(12, 0);
  CHECK(says(complaint([&] { save_grid(path, pixels, {.count = 3, .height = 2, .width = 1}); }),
             path, "are 18 values, not 12"));
  CHECK(says(complaint([&] {
               save_grid(path, pixels, {.count = 3, .height = 2, .width = 1, .channels = 2});
             }),
             path, "1 or 3 channels"));
  CHECK(says(complaint([&] {
               save_grid(scratch / "no/grid.png", pixels, {.count = 2, .height = 2, .width = 1});
             }),
             "no/grid.png", "No such file or directory"));
}
