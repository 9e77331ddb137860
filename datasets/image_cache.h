// A folder's decoded images, kept in $XDG_CACHE_HOME/kantor (or ~/.cache/kantor) so that they are
// decoded once. The user's own folders are never written to.
//
// One file per key: the pixels, a byte for each listed file (its EXIF orientation, 1 to 8; 0: it
// could not be read and is not here), and a footer with key, extents and checksum. It is written
// beside and renamed. A cache that cannot be written is done without; one that does not match to
// the last byte is ignored.
// Cost: reading 150 MB takes about half a second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace datasets {

struct DecodedImages {
  int height = 0, width = 0, channels = 3;
  std::string pixels;      // of the images that were read, [height, width, channels] each
  std::string files = {};  // for each listed file, its orientation, or 0 if it was not read

  std::size_t image_size() const { return std::size_t(height) * width * channels; }
};

// $XDG_CACHE_HOME/kantor or ~/.cache/kantor; "" where the system names no place for caches.
std::string user_cache_folder();

// In `folder` or, without one, in the user's: "" where the system names no place for caches.
std::string cache_path(std::uint64_t key, const std::string& folder = "");

std::optional<DecodedImages> read_cache(const std::string& path, std::uint64_t key);
void write_cache(const std::string& path, std::uint64_t key, DecodedImages& images);

}  // namespace datasets
