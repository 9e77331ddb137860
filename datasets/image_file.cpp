#include "datasets/image_file.h"

#include <stb_image.h>
#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "engine/check.h"
#include "engine/file.h"

namespace datasets {
namespace {

constexpr std::int64_t kMostPixels = 1 << 28;  // larger is a damaged header, or a bomb

std::uint8_t byte_at(std::string_view file, std::size_t i) {
  return static_cast<std::uint8_t>(file[i]);
}

std::uint32_t big_endian(std::string_view file, std::size_t offset, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | byte_at(file, offset + i);
  return value;
}

// Each of these returns what is wrong with the file, or null.

const char* png_damage(std::string_view file) {
  for (std::size_t chunk = 8; chunk + 12 <= file.size();) {  // length, type, data, checksum
    const std::size_t length = big_endian(file, chunk, 4);
    if (length > file.size() - chunk - 12) break;
    const auto* type = reinterpret_cast<const Bytef*>(file.data() + chunk + 4);
    if (crc32(0, type, length + 4) != big_endian(file, chunk + 8 + length, 4))
      return "damaged: a PNG checksum does not match";
    if (file.substr(chunk + 4, 4) == "IEND") return nullptr;
    chunk += 12 + length;
  }
  return "cut off: the PNG end chunk is missing";
}

const char* jpeg_damage(std::string_view file) {
  // Thumbnails in the header have end markers of their own: look behind the start of the scan.
  for (std::size_t marker = 2; marker + 4 <= file.size();) {
    const std::uint8_t kind = byte_at(file, marker + 1);
    if (byte_at(file, marker) != 0xFF || kind == 0xFF) {
      ++marker;  // padding
      continue;
    }
    if (kind == 0xDA && file.find("\xFF\xD9", marker) != std::string_view::npos) return nullptr;
    if (kind == 0xDA) break;
    marker += 2 + big_endian(file, marker + 2, 2);
  }
  return "cut off: the JPEG end marker is missing";
}

const char* bmp_damage(std::string_view file) {
  if (file.size() < 6) return "cut off: no BMP header";
  std::uint32_t length = 0;  // little-endian, at offset 2
  for (int i = 5; i >= 2; --i) length = length << 8 | byte_at(file, i);
  return length > file.size() ? "cut off: shorter than its BMP header says" : nullptr;
}

const char* damage(std::string_view file) {
  if (file.empty()) return "empty";
  if (file.starts_with("\x89PNG\r\n\x1A\n")) return png_damage(file);
  if (file.starts_with("\xFF\xD8")) return jpeg_damage(file);
  if (file.starts_with("BM")) return bmp_damage(file);
  return nullptr;
}

}  // namespace

bool has_image_suffix(const std::string& path) {
  std::string suffix = std::filesystem::path(path).extension().string();
  std::ranges::transform(suffix, suffix.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::string_view kSuffixes[] = {".png", ".jpg", ".jpeg", ".bmp",
                                            ".tga", ".gif", ".ppm",  ".pgm"};
  return std::ranges::find(kSuffixes, suffix) != std::end(kSuffixes);
}

Image decode_image(const std::string& path) {
  const std::string file = engine::read_file(path);
  if (const char* problem = damage(file)) engine::fail(path, ": ", problem);

  const auto* bytes = reinterpret_cast<const stbi_uc*>(file.data());
  const int length = static_cast<int>(file.size());
  int width = 0, height = 0, channels = 0;
  engine::check(stbi_info_from_memory(bytes, length, &width, &height, &channels), path,
                ": not an image that can be read (", stbi_failure_reason(), ")");
  engine::check(std::int64_t{width} * height <= kMostPixels, path, ": ", width, "x", height,
                " pixels are more than any image of a data set should have");
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(bytes, length, &width, &height, &channels, 3), stbi_image_free);
  engine::check(pixels != nullptr, path, ": cannot be decoded (", stbi_failure_reason(), ")");
  const char* first = reinterpret_cast<const char*>(pixels.get());
  return {height, width, std::string(first, std::size_t(3) * height * width)};
}

}  // namespace datasets
