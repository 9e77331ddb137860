// EXIF orientation: how an image must be rotated or mirrored for display.
// Source: Exif 2.32, tag 0x0112; the values are those of TIFF 6.0, 1 (upright) to 8.
#pragma once

#include <string_view>

namespace datasets {

// The orientation in an EXIF block, with or without a leading "Exif\0\0"; 1 if it is missing or
// invalid.
int exif_orientation(std::string_view block);

}  // namespace datasets
