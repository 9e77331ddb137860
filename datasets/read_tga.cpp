// stb_image, for TGA. It fills in missing data, so the file's length is checked first.
#include <stb_image.h>

#include <algorithm>
#include <memory>

#include "datasets/byte_order.h"
#include "datasets/image_readers.h"
#include "engine/check.h"

namespace datasets {
namespace {

Image decode(std::string_view file, Image image, const std::string& path) {
  const auto* bytes = reinterpret_cast<const stbi_uc*>(file.data());
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(bytes, static_cast<int>(file.size()), &width, &height, &channels,
                            image.channels),
      stbi_image_free);
  engine::check(pixels != nullptr, path, ": cannot be decoded: ", stbi_failure_reason());
  engine::check(width == image.width && height == image.height, path,
                ": damaged: two different sizes");
  const std::size_t size = std::size_t(height) * width * image.channels;
  image.pixels.assign(reinterpret_cast<const char*>(pixels.get()), size);
  return image;
}

// Whether the bytes of a TGA's pixels, from `at` on, are all there.
bool holds_packets(std::string_view file, std::size_t at, std::size_t pixel, std::size_t pixels) {
  while (pixels > 0 && at < file.size()) {
    const std::uint8_t packet = byte_at(file, at);  // one pixel many times, or many pixels
    const std::size_t count = (packet & 0x7F) + 1;
    at += 1 + pixel * (packet & 0x80 ? 1 : count);
    pixels -= std::min(pixels, count);
  }
  return pixels == 0 && at <= file.size();
}

}  // namespace

Image read_tga(std::string_view file, const std::string& path) {
  const std::size_t width = little_endian(file, 12, 2), height = little_endian(file, 14, 2);
  const int kind = byte_at(file, 2), depth = byte_at(file, 16), placing = byte_at(file, 17);
  Image image = sized_image(height, width, (kind & 7) == 3 ? 1 : 3, path);
  const std::size_t pixel = (depth + 7) / 8, pixels = width * height;
  std::size_t at = 18 + std::size_t{byte_at(file, 0)};
  if (byte_at(file, 1) == 1)  // behind the palette
    at += std::size_t{little_endian(file, 5, 2)} * ((byte_at(file, 7) + 7) / 8);
  const bool whole = kind & 8 ? holds_packets(file, at, pixel, pixels)
                              : at <= file.size() && pixels <= (file.size() - at) / pixel;
  engine::check(whole, path, ": truncated: shorter than its TGA header says");
  image = decode(file, std::move(image), path);
  if (!(placing & 0x10)) return image;
  image.orientation = 2;  // from right to left, which stb_image ignores
  return upright(image);
}

}  // namespace datasets
