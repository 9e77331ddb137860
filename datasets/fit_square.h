// fit_square: the central square of an image, resized to side x side: the same as resizing the
// shorter side and cropping the center. Images are bytes, [height, width, channels]. Source:
// stb_image_resize (Mitchell filter when shrinking, Catmull-Rom when growing). Cost: about 5
// microseconds for 64x64 to 32x32.
#pragma once

#include <cstdint>

namespace datasets {

void fit_square(const std::uint8_t* image, int height, int width, int channels, int side,
                std::uint8_t* out);

}  // namespace datasets
