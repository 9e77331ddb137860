// One image file, decoded: PNG, JPEG, WebP, GIF, BMP, TGA or Netpbm, told apart by its content and
// never by its name. What becomes of each kind of pixel: image_readers.h.
// Cost: the file and its pixels in memory. Errors: a file that cannot be read, is longer than
// 1 GiB, cut off or damaged, or of another format (which is named).
#pragma once

#include <cstdint>
#include <string>

namespace datasets {

struct Image {
  int height = 0, width = 0;
  int channels = 3;         // 1: the file holds grey levels
  std::string pixels = {};  // [height, width, channels], as stored
  int orientation = 1;      // of EXIF, 1 to 8; 1: upright
};

Image decode_image(const std::string& path);

// As EXIF's orientation says it should be looked at: mirrored, turned or both.
Image upright(const Image& image);

// Of 1 or 3 channels: grey is repeated; colors become Pillow's "L", 0.299 R + 0.587 G + 0.114 B.
Image with_channels(Image image, int channels);

}  // namespace datasets
