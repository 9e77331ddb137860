// A folder's decoded images, kept in $XDG_CACHE_HOME/kantor (or ~/.cache/kantor) so that they are
// decoded once. The user's own folders are never written to.
//
// One file per key: the pixels, a flag for each listed file (1: its image is here, 0: it could not
// be read), and a footer with key, extents and checksum. It is written beside and renamed. A cache
// that cannot be written is done without; one that does not match to the last byte is ignored.
// Cost: reading 150 MB takes about half a second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace datasets {

struct DecodedImages {
  int height = 0, width = 0;
  std::string pixels;           // of the images kept, [height, width, 3] each
  std::vector<bool> kept = {};  // for each listed file, whether its image is in `pixels`
};

std::string cache_path(std::uint64_t key);  // "" where the system names no place for caches

std::optional<DecodedImages> read_cache(const std::string& path, std::uint64_t key);
void write_cache(const std::string& path, std::uint64_t key, DecodedImages& images);

}  // namespace datasets
