// The readers of image files, one per supported format; image_format.h maps formats to readers.
//
// Each takes the whole file and its path, for errors. Pixels equal those of Pillow's Image.open:
// gray stays gray, palettes become RGB, alpha is dropped, CMYK becomes RGB by Pillow's formula; of
// an animation, the first frame is used. 16 bits become 8 by their high byte in PNG, by rounding in
// Netpbm. The header bounds memory and time, whatever the data unpack to. Errors: truncated,
// damaged, over 178,956,970 pixels (also Pillow's limit), an unsupported variant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "datasets/image_file.h"

namespace datasets {

// One reader per format; `file` holds the bytes, `path` is for messages.
Image read_png(std::string_view file, const std::string& path);
Image read_jpeg(std::string_view file, const std::string& path);
Image read_webp(std::string_view file, const std::string& path);
Image read_gif(std::string_view file, const std::string& path);
Image read_netpbm(std::string_view file, const std::string& path);
Image read_bmp(std::string_view file, const std::string& path);
Image read_tga(std::string_view file, const std::string& path);

// An image of these extents, without pixels yet. Errors: no pixels, or too many.
Image sized_image(std::int64_t height, std::int64_t width, int channels, const std::string& path);

}  // namespace datasets
