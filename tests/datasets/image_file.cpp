// One image file of every format: whole it is read, cut off anywhere it is refused.
#include "datasets/image_file.h"

#include <doctest/doctest.h>
#include <stb_image_write.h>

#include <cstdint>
#include <vector>

#include "tests/datasets/append.h"
#include "tests/datasets/scratch.h"

namespace {

constexpr int kWidth = 6, kHeight = 5;

// Runs of one colour and stretches of many: run lengths of both kinds.
std::vector<std::uint8_t> pattern() {
  std::vector<std::uint8_t> pixels(std::size_t{3} * kWidth * kHeight, 90);
  for (std::size_t i = pixels.size() / 2; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(37 * i);
  return pixels;
}

std::string tga(bool packed) {
  std::string bytes;
  const int before = stbi_write_tga_with_rle;
  stbi_write_tga_with_rle = packed;
  stbi_write_tga_to_func(append, &bytes, kWidth, kHeight, 3, pattern().data());
  stbi_write_tga_with_rle = before;
  return bytes;
}

// Two colours, and one pixel of the second: header, colours, an extension, image, codes, end.
const std::string kGif(
    "GIF89a\1\0\1\0\x80\0\0\1\2\3\x5A\x5A\x5A"
    "\x21\xF9\4\0\0\0\0\0"
    "\x2C\0\0\0\0\1\0\1\0\0\2\2\x4C\1\0\x3B",
    43);

struct Format {
  std::string name, bytes;
};

std::vector<Format> formats() {
  const auto pixels = pattern();
  const std::string colours(pixels.begin(), pixels.end()), grey = colours.substr(0, 30);
  std::vector<Format> all = {{"png", ""},
                             {"bmp", ""},
                             {"jpg", ""},
                             {"ppm", "P6\n# six by five\n6 5\n255\n" + colours},
                             {"ppm", "P6 6 5 65535\n" + colours + colours},  // two bytes each
                             {"pgm", "P5 6 5 255\n" + grey},
                             {"tga", tga(false)},
                             {"tga", tga(true)},
                             {"gif", kGif}};
  stbi_write_png_to_func(append, &all[0].bytes, kWidth, kHeight, 3, pixels.data(), 3 * kWidth);
  stbi_write_bmp_to_func(append, &all[1].bytes, kWidth, kHeight, 3, pixels.data());
  stbi_write_jpg_to_func(append, &all[2].bytes, kWidth, kHeight, 3, pixels.data(), 90);
  return all;
}

}  // namespace

TEST_CASE("image file: whole it is read, cut off anywhere it is refused by name") {
  const Scratch scratch;
  for (const Format& format : formats()) {
    const std::string &name = format.name, &bytes = format.bytes;
    CAPTURE(name);
    const datasets::Image image = datasets::decode_image(scratch.write("whole." + name, bytes));
    CHECK(image.width == (name == "gif" ? 1 : kWidth));
    CHECK(image.height == (name == "gif" ? 1 : kHeight));
    if (name != "jpg") CHECK(static_cast<std::uint8_t>(image.pixels[0]) == 90);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CAPTURE(length);
      const std::string cut = scratch.write("cut." + name, bytes.substr(0, length));
      CHECK(says(complaint([&] { datasets::decode_image(cut); }), cut));
    }
  }
}
