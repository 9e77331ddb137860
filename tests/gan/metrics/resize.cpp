// Resizing by name: Pillow's numbers, and TensorFlow 1's rule written out.
#include "gan/metrics/resize.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "engine/check.h"

namespace {

using namespace gan::metrics;
using engine::Tensor;

// (y * 97 + x * 31 + y * x * 7) % 256, once as channel 0 and mirrored left to right as channel 1.
Tensor picture(Index height, Index width) {
  std::vector<engine::Real> pixels;
  const auto at = [](Index y, Index x) {
    return static_cast<engine::Real>((y * 97 + x * 31 + y * x * 7) % 256);
  };
  for (Index y = 0; y < height; ++y)
    for (Index x = 0; x < width; ++x) {
      pixels.push_back(at(y, x));
      pixels.push_back(at(y, width - 1 - x));
    }
  return Tensor::from({1, height, width, 2}, pixels);
}

// Pillow 13.0: numpy.asarray(Image.fromarray(channel, mode='F').resize((width, height),
// Image.BICUBIC)).clip(0, 255) of 11 x 7, as clean-fid calls it; some pixels and the sum of all.
TEST_CASE("resize: clean-fid's is Pillow's, to the bit") {
  struct Example {
    Index height, width;
    double first, second, below, middle, last, sum;
  };
  const Example examples[] = {
      {5, 4, 0x1.657d060000000p+6, 0x1.ca73c00000000p+6, 0x1.1139540000000p+7, 0x1.1855a20000000p+7,
       0x1.a6f8780000000p+6, 2627.7932510375977},
      {13, 16, 0, 0, 0x1.0eeb9e0000000p+6, 0x1.7c72000000000p+7, 0x1.46742e0000000p+4,
       27266.748735427856}};
  for (const auto& [height, width, first, second, below, middle, last, sum] : examples) {
    const std::vector<engine::Real> pixels =
        resize_as_clean_fid(picture(11, 7), height, width).values();
    const Index count = height * width;
    REQUIRE(static_cast<Index>(pixels.size()) == 2 * count);
    CHECK(pixels[0] == first);
    CHECK(pixels[2] == second);
    CHECK(pixels[2 * width] == below);
    CHECK(pixels[2 * (count / 2)] == middle);
    CHECK(pixels[2 * (count - 1)] == last);
    double total = 0, mirrored = 0;
    for (Index i = 0; i < count; ++i) {
      total += pixels[2 * i];
      mirrored += pixels[2 * i + 1];
    }
    CHECK(total == sum);
    CHECK(mirrored == doctest::Approx(sum).epsilon(1e-6));  // sums of a row in the other order
  }
  const Tensor same = picture(11, 7);
  CHECK(resize_as_clean_fid(same, 11, 7).values() == same.values());
}

// v = a + (b - a) d in both directions, all in float32, at i * in / out.
TEST_CASE("resize: TensorFlow 1's, to the rounding of float32") {
  const Tensor from = picture(11, 7);
  const std::vector<engine::Real> pixels = from.values();
  for (const auto& [height, width] : {std::pair{5, 4}, std::pair{13, 16}}) {
    const std::vector<engine::Real> found = resize_as_tensorflow1(from, height, width).values();
    const auto place = [](int i, int in, int out, int& low, int& high) {
      const float at = static_cast<float>(i) * (static_cast<float>(in) / static_cast<float>(out));
      low = static_cast<int>(at);
      high = std::min(low + 1, in - 1);
      return at - static_cast<float>(low);
    };
    double worst = 0;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        for (int c = 0; c < 2; ++c) {
          int y0 = 0, y1 = 0, x0 = 0, x1 = 0;
          const float dy = place(y, 11, height, y0, y1), dx = place(x, 7, width, x0, x1);
          const auto at = [&](int i, int j) { return pixels[(i * 7 + j) * 2 + c]; };
          const double top = at(y0, x0) + (at(y0, x1) - at(y0, x0)) * double{dx};
          const double bottom = at(y1, x0) + (at(y1, x1) - at(y1, x0)) * double{dx};
          worst =
              std::max(worst, std::abs(top + (bottom - top) * dy - found[(y * width + x) * 2 + c]));
        }
    CHECK(worst < 4e-5);  // three roundings of float32 at 255
  }
}

TEST_CASE("resize: by name") {
  CHECK(std::string(resizer_named("clean-fid").name) == "clean-fid");
  CHECK_THROWS_WITH_AS(resizer_named("lanczos"),
                       "unknown resizing 'lanczos'; use one of tf1, clean-fid", engine::Error);
  CHECK_THROWS_AS(resize_as_clean_fid(picture(3, 3), 0, 4), engine::Error);
}

}  // namespace
