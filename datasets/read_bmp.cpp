// BMP of Windows and OS/2, uncompressed: 1 to 8 bits with a palette, 16 to 32 with or without
// masks. Our own reader, because stb_image gives OS/2 palettes wrong colors and rounds 16 bits
// differently. Source: Microsoft's BITMAPINFOHEADER and BITMAPV5HEADER; OS/2's BITMAPCOREHEADER.
#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "datasets/byte_order.h"
#include "datasets/image_readers.h"
#include "engine/check.h"

namespace datasets {
namespace {

constexpr const char* kCut = ": truncated: shorter than its BMP header says";

using Color = std::array<char, 3>;

struct Header {
  std::int64_t pixels = 0, length = 0;  // offset of the pixels; bytes of the second header
  std::int32_t width = 0, height = 0;   // a height below 0: the first row is the top one
  std::uint32_t bits = 0, compression = 0, colors = 0;
  std::array<std::uint32_t, 3> masks = {};
  bool core() const { return length == 12; }
  bool masked() const { return compression == 3 || compression == 6; }
};

Header read_header(std::string_view file, const std::string& path) {
  Header h{.pixels = little_endian(file, 10, 4), .length = little_endian(file, 14, 4)};
  engine::check(file.size() >= (h.core() ? 26 : 54), path, kCut);
  const int each = h.core() ? 2 : 4;
  h.width = static_cast<std::int32_t>(little_endian(file, 18, each));
  h.height = static_cast<std::int32_t>(little_endian(file, 18 + each, each));
  h.bits = little_endian(file, h.core() ? 24 : 28, 2);
  if (!h.core()) {
    h.compression = little_endian(file, 30, 4);
    h.colors = little_endian(file, 46, 4);
  }
  const bool read = h.compression == 0 || (h.masked() && h.length != 64);
  engine::check(read, path, ": is a compressed BMP, which is not read; convert it to PNG");
  constexpr std::uint32_t kBits[] = {1, 2, 4, 8, 16, 24, 32};
  engine::check(std::ranges::find(kBits, h.bits) != std::end(kBits), path, ": damaged: ", h.bits,
                "  bits per pixel");
  h.masks = h.bits == 16 ? std::array<std::uint32_t, 3>{0x7C00, 0x3E0, 0x1F}
                         : std::array<std::uint32_t, 3>{0xFF0000, 0xFF00, 0xFF};
  engine::check(!h.masked() || file.size() >= 66, path, kCut);
  if (h.masked())
    for (int c = 0; c < 3; ++c) h.masks[c] = little_endian(file, 54 + 4 * c, 4);
  return h;
}

// As many colors as the bits can distinguish; black if the file has fewer.
std::vector<Color> read_palette(std::string_view file, const Header& h) {
  std::vector<Color> palette(std::size_t{1} << h.bits);
  const std::size_t each = h.core() ? 3 : 4;
  std::size_t at = 14 + h.length;
  const std::size_t count =
      h.colors ? std::min<std::size_t>(h.colors, palette.size()) : palette.size();
  for (std::size_t i = 0; i < count && at + each <= file.size(); ++i, at += each)
    palette[i] = {file[at + 2], file[at + 1], file[at]};
  return palette;
}

// The bits of a mask scaled to 255, rounded down as in Pillow.
char channel(std::uint32_t value, std::uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  return static_cast<char>(std::uint64_t{(value & mask) >> shift} * 255 / (mask >> shift));
}

}  // namespace

Image read_bmp(std::string_view file, const std::string& path) {
  const Header h = read_header(file, path);
  const std::int64_t height = h.height < 0 ? -std::int64_t{h.height} : h.height;
  Image image = sized_image(height, h.width, 3, path);
  const std::int64_t stride = (std::int64_t{h.width} * h.bits + 31) / 32 * 4;
  engine::check(stride * height + h.pixels <= static_cast<std::int64_t>(file.size()), path, kCut);
  const auto palette = h.bits <= 8 ? read_palette(file, h) : std::vector<Color>();
  image.pixels.reserve(std::size_t{3} * image.width * image.height);
  const unsigned bytes = h.bits / 8;
  for (std::int64_t y = 0; y < height; ++y) {
    const std::int64_t row = h.pixels + (h.height < 0 ? y : height - 1 - y) * stride;
    for (std::int64_t x = 0; x < image.width; ++x) {
      if (h.bits <= 8) {
        const std::int64_t bit = x * h.bits;
        const unsigned index = byte_at(file, row + bit / 8) >> (8 - h.bits - bit % 8);
        const Color& color = palette[index & ((1U << h.bits) - 1)];
        image.pixels.append(color.data(), color.size());
      } else {
        const std::uint32_t value = little_endian(file, row + x * bytes, static_cast<int>(bytes));
        for (const std::uint32_t mask : h.masks) image.pixels += channel(value, mask);
      }
    }
  }
  return image;
}

}  // namespace datasets
