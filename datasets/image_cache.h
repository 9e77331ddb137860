// Caches a folder's decoded images in $XDG_CACHE_HOME/kantor (or ~/.cache/kantor), so that they are
// decoded once. Nothing is written to the user's own folders.
//
// One file per key: the pixels, a byte for each listed file (its EXIF orientation, 1 to 8; 0: it
// could not be read and is not here), and a footer with key, extents and checksum. It is written
// under a temporary name and renamed. If the cache cannot be written, the program works without it;
// a cache that does not match to the last byte is ignored. Cost: reading 150 MB takes about half a
// second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace datasets {

// The decoded images of a folder, as the cache stores them.
struct DecodedImages {
  int height = 0, width = 0, channels = 3;
  std::string pixels;      // of the images that were read, [height, width, channels] each
  std::string files = {};  // for each listed file, its orientation, or 0 if it was not read

  std::size_t image_size() const { return std::size_t(height) * width * channels; }
};

// $XDG_CACHE_HOME/kantor or ~/.cache/kantor; "" if the system defines no cache folder.
std::string user_cache_folder();

// The path of a cache file, in `folder` or else in the user's cache folder; "" if there is neither.
std::string cache_path(std::uint64_t key, const std::string& folder = "");

// The images of a cache file with this key, if it is whole; and writes such a file.
std::optional<DecodedImages> read_cache(const std::string& path, std::uint64_t key);
void write_cache(const std::string& path, std::uint64_t key, DecodedImages& images);

}  // namespace datasets
