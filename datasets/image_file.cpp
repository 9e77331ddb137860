#include "datasets/image_file.h"

#include <stb_image.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "datasets/image_damage.h"
#include "engine/check.h"
#include "engine/file.h"

namespace datasets {
namespace {

constexpr std::int64_t kMostPixels = 1 << 28;  // larger is a damaged header, or a bomb

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
  if (const char* problem = image_damage(file)) engine::fail(path, ": ", problem);

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
