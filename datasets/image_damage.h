// image_damage: what is missing of an image file, found in its structure without decoding it:
// PNG (checksums too), JPEG, BMP, GIF, PPM and PGM by their first bytes, and TGA, which has no mark
// of its own, by a header that makes sense. stb_image fills what is missing with grey or black.
// Formats: RFC 2083, ITU T.81, GIF89a, Netpbm's ppm(5), Truevision's TGA 2.0.
#pragma once

#include <string_view>

namespace datasets {

// One phrase, or null where nothing is found: of a whole file, and of what is no image at all.
const char* image_damage(std::string_view file);

}  // namespace datasets
