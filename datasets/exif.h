// EXIF's orientation: how an image wants to be turned before anyone looks at it.
// Source: Exif 2.32, tag 0x0112; the values are those of TIFF 6.0, 1 (upright) to 8.
#pragma once

#include <string_view>

namespace datasets {

// Of a block of EXIF, with or without "Exif\0\0" in front. 1 where there is none, or none that
// makes sense.
int exif_orientation(std::string_view block);

}  // namespace datasets
