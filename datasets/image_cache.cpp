#include "datasets/image_cache.h"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "engine/check.h"
#include "engine/file.h"

namespace datasets {
namespace {

struct Footer {
  char magic[8] = {'K', 'A', 'N', 'T', 'O', 'R', 'I', '3'};
  std::uint64_t key = 0;
  std::uint64_t files = 0;  // bytes before the footer
  std::int32_t height = 0, width = 0, channels = 0, reserved = 0;
  std::uint64_t checksum = 0;  // CRC-32 of all bytes before the footer
};

std::uint64_t checksum(std::string_view bytes) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

}  // namespace

std::string user_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache && *cache) return std::string(cache) + "/kantor";
  return home && *home ? std::string(home) + "/.cache/kantor" : "";
}

std::string cache_path(std::uint64_t key, const std::string& folder) {
  const std::string root = folder.empty() ? user_cache_folder() : folder;
  if (root.empty()) return "";
  char name[40];
  std::snprintf(name, sizeof name, "/images-%016llx.bin", static_cast<unsigned long long>(key));
  return root + name;
}

std::optional<DecodedImages> read_cache(const std::string& path, std::uint64_t key) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return std::nullopt;
  DecodedImages images;
  try {
    images.pixels = engine::read_file(path);
  } catch (const engine::Error&) {
    return std::nullopt;
  }
  std::string& bytes = images.pixels;

  Footer footer;
  if (bytes.size() < sizeof footer) return std::nullopt;
  std::memcpy(&footer, bytes.data() + bytes.size() - sizeof footer, sizeof footer);
  bytes.resize(bytes.size() - sizeof footer);
  if (std::memcmp(footer.magic, Footer().magic, sizeof footer.magic) != 0 || footer.key != key ||
      footer.files > bytes.size() || footer.checksum != checksum(bytes))
    return std::nullopt;

  const std::size_t size = bytes.size() - footer.files;
  images.files = bytes.substr(size);
  bytes.resize(size);
  images.height = footer.height;
  images.width = footer.width;
  images.channels = footer.channels;
  const std::size_t read = images.files.size() - std::ranges::count(images.files, '\0');
  if (size != read * images.image_size()) return std::nullopt;
  return images;
}

void write_cache(const std::string& path, std::uint64_t key, DecodedImages& images) {
  const std::size_t pixels = images.pixels.size();
  try {
    images.pixels += images.files;
    Footer footer;
    footer.key = key;
    footer.files = images.files.size();
    footer.height = images.height;
    footer.width = images.width;
    footer.channels = images.channels;
    footer.checksum = checksum(images.pixels);
    images.pixels.append(reinterpret_cast<const char*>(&footer), sizeof footer);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    engine::write_file(path, images.pixels);
  } catch (const std::exception&) {
    // The cache only saves time: without it the images are decoded again.
  }
  images.pixels.resize(pixels);
}

}  // namespace datasets
