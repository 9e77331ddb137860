// ImageDecoder: the images of a list at one size and with one number of channels, decoded a few
// thousand at a time on all cores.
//
//   ImageDecoder decoder(list, options);
//   const ImageLayout layout = decoder.layout();
//   std::optional<DecodedImages> images = decoder.decode(0, 1000);
//   decoder.check_damage(orientations);                             // of all files
//
// Without `resize` all images must have the size of the first that can be read. With `channels` = 0
// they have one channel if all files are stored as gray, else three; at first, the first image
// decides. If a colored image follows gray ones, decode() returns nothing, the layout has three
// channels from then on, and decoding must start again. Errors: sizes that differ (names two
// files); over 1% unreadable.
#pragma once

#include <optional>
#include <string>

#include "datasets/cache_builder.h"
#include "datasets/dataset.h"
#include "datasets/image_list.h"

namespace datasets {

// The extents of every image.
struct ImageLayout {
  int height = 0, width = 0, channels = 0;
};

class ImageDecoder {
 public:
  // Both must outlive it.
  ImageDecoder(const ImageList& list, const OpenOptions& options);

  const ImageLayout& layout() const { return layout_; }
  void expect_colors() { layout_.channels = 3; }  // some image is known to have them
  std::optional<DecodedImages> decode(Index first, Index count);
  // How many to decode at once: some megabytes.
  Index portion() const;
  void check_damage(const std::string& orientations) const;

 private:
  const ImageList& list_;
  const OpenOptions& options_;
  std::string model_;  // the file whose size all must have; "": they are resized
  ImageLayout layout_;
};

// Decodes one file to `pixels`, as the layout says. Errors: it cannot be read, or has another size.
void decode_as(const std::string& path, const OpenOptions& options, const ImageLayout& layout,
               std::uint8_t* pixels);

}  // namespace datasets
