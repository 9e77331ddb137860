#include "datasets/image_file.h"

#include <new>
#include <utility>

#include "datasets/channels.h"
#include "datasets/image_format.h"
#include "datasets/image_readers.h"
#include "engine/check.h"
#include "engine/file.h"

namespace datasets {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
constexpr std::int64_t kMostPixels = 178'956'970;  // where Pillow, too, takes it for a bomb

}  // namespace

Image decode_image(const std::string& path) {
  const std::string file = engine::read_file(path, kMostBytes);
  engine::check(!file.empty(), path, ": is empty");
  const ImageFormat* format = recognize(file);
  engine::check(format != nullptr, path, ": is not an image of a known format");
  engine::check(format->read != nullptr, path, ": is ", format->name,
                ", which is not read; convert it to PNG or JPEG");
  try {
    return format->read(file, path);
  } catch (const std::bad_alloc&) {
    engine::fail(path, ": needs more memory than is available");
  }
}

Image sized_image(std::int64_t height, std::int64_t width, int channels, const std::string& path) {
  engine::check(height > 0 && width > 0, path, ": damaged: an image of ", width, "x", height,
                " pixels");
  engine::check(height <= kMostPixels / width, path, ": ", width, "x", height,
                " pixels are more than any image of a data set should have");
  return {
      .height = static_cast<int>(height), .width = static_cast<int>(width), .channels = channels};
}

Image upright(const Image& image) {
  const int o = image.orientation, height = image.height, width = image.width;
  const bool swapped = o >= 5;  // rows become columns
  Image out{.height = swapped ? width : height,
            .width = swapped ? height : width,
            .channels = image.channels};
  out.pixels.reserve(image.pixels.size());
  const bool from_bottom = o == 3 || o == 4 || o == 6 || o == 7;
  const bool from_right = o == 2 || o == 3 || o == 7 || o == 8;
  for (int y = 0; y < out.height; ++y)
    for (int x = 0; x < out.width; ++x) {
      const int row = swapped ? x : y, column = swapped ? y : x;
      const std::size_t pixel = std::size_t(from_bottom ? height - 1 - row : row) * width +
                                (from_right ? width - 1 - column : column);
      out.pixels.append(image.pixels, pixel * image.channels, image.channels);
    }
  return out;
}

Image with_channels(Image image, int channels) {
  if (image.channels == channels) return image;
  const std::size_t count = std::size_t(image.height) * image.width;
  std::string pixels(count * channels, '\0');
  convert_channels(reinterpret_cast<const std::uint8_t*>(image.pixels.data()), count,
                   image.channels, reinterpret_cast<std::uint8_t*>(pixels.data()));
  image.channels = channels;
  image.pixels = std::move(pixels);
  return image;
}

}  // namespace datasets
