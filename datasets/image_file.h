// Decodes one image file: PNG, JPEG, WebP, GIF, BMP, TGA or Netpbm, recognized by content and never
// by name. image_readers.h defines the conversion of pixels. Cost: the file and its pixels in
// memory. Errors: a file that cannot be read, is longer than 1 GiB, truncated or damaged, or in
// another format (which is named).
#pragma once

#include <cstdint>
#include <string>

namespace datasets {

// A decoded image.
struct Image {
  int height = 0, width = 0;
  int channels = 3;         // 1: the file holds gray levels
  std::string pixels = {};  // [height, width, channels], as stored
  int orientation = 1;      // of EXIF, 1 to 8; 1: upright
};

// Reads and decodes one file.
Image decode_image(const std::string& path);

// The image with its EXIF orientation applied: mirrored, rotated or both.
Image upright(const Image& image);

// The image with 1 or 3 channels: gray is repeated; colors become Pillow's "L", 0.299 R + 0.587 G +
// 0.114 B.
Image with_channels(Image image, int channels);

}  // namespace datasets
