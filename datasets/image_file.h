// One image file, decoded: PNG, JPEG, BMP, TGA, GIF (first frame), PPM and PGM, through stb_image.
// Grey becomes RGB, an alpha channel is dropped, 16 bits become 8.
//
// stb_image fills what is missing of a cut-off file with grey or black and does not look at PNG
// checksums, so the structure of the file is checked first (image_damage.h).
// Errors: a file that cannot be read, is cut off, damaged, or no image.
#pragma once

#include <string>

namespace datasets {

struct Image {
  int height = 0, width = 0;
  std::string pixels;  // [height, width, 3]
};

Image decode_image(const std::string& path);

bool has_image_suffix(const std::string& path);  // .png, .JPG, ...

}  // namespace datasets
