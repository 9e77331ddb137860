// The readers of image files, one for each format that is read; image_format.h says which is whose.
//
// Each takes the whole file and its path, which errors name. Pixels equal Pillow's, as Image.open
// gives them: grey stays grey, palettes become RGB, alpha is dropped, CMYK becomes RGB by Pillow's
// formula; of an animation, the first frame. 16 bits become 8 by their high byte in PNG, by
// rounding in Netpbm. Memory and time follow what the header promises, never what the data unpack
// to. Errors: cut off, damaged, over 178,956,970 pixels (Pillow's
// limit, too), a variant that is not read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "datasets/image_file.h"

namespace datasets {

Image read_png(std::string_view file, const std::string& path);
Image read_jpeg(std::string_view file, const std::string& path);
Image read_webp(std::string_view file, const std::string& path);
Image read_gif(std::string_view file, const std::string& path);
Image read_netpbm(std::string_view file, const std::string& path);
Image read_bmp(std::string_view file, const std::string& path);
Image read_tga(std::string_view file, const std::string& path);

// An image of these extents without pixels yet. Errors: none, or more than any data set's image.
Image sized_image(std::int64_t height, std::int64_t width, int channels, const std::string& path);

}  // namespace datasets
