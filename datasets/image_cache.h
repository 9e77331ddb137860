// ImageCache: a folder's decoded images in one file of $XDG_CACHE_HOME/kantor (or ~/.cache/kantor),
// so that they are decoded once and need not fit in memory. Nothing is written to the user's own
// folders.
//
//   const auto cache = ImageCache::open(path, key, files);  // null: none that matches
//   if (!cache->read(7, pixels)) ...                        // false: its bytes are damaged
//
// The file holds a header; a record for each listed file: checksum, EXIF orientation, pixels; and a
// copy of all orientations, one byte each (0: the file could not be read, and its record is empty).
// cache_builder.h writes it. Records are read one by one and checked every time; the system keeps
// used ones in memory while there is room. Reading is const and thread-safe. Cost: opening reads
// the header and a byte per file, whatever the size of the images.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/file.h"
#include "engine/real.h"

namespace datasets {

using engine::Index;

// What a cache holds: its key, and the extents of its images.
struct CacheLayout {
  std::uint64_t key = 0;  // of the files, and of how they are decoded
  std::int64_t files = 0;
  std::int32_t height = 0, width = 0, channels = 0, reserved = 0;

  std::size_t image_size() const { return std::size_t(height) * width * channels; }
  bool operator==(const CacheLayout&) const = default;
};

class ImageCache {
 public:
  static std::unique_ptr<ImageCache> open(const std::string& path, std::uint64_t key, Index files);

  const CacheLayout& layout() const { return layout_; }
  // For each listed file its EXIF orientation, 1 to 8, or 0 if it could not be read.
  const std::string& orientations() const { return orientations_; }
  bool read(Index file, std::uint8_t* pixels) const;

  // The content hash that was kept with the images; "" if none was, or it is damaged.
  std::string hash() const;
  void keep_hash(const std::string& hash) const;  // does nothing if the cache cannot be written

  // Removes the file, which is damaged, so that the next program makes another.
  void discard() const;

 private:
  ImageCache(const std::string& path, std::uint64_t key, Index files);

  engine::InputFile file_;
  CacheLayout layout_;
  std::string orientations_;
};

// $XDG_CACHE_HOME/kantor or ~/.cache/kantor; "" if the system defines no cache folder.
std::string user_cache_folder();

// The path of a cache file, in `folder` or else in the user's cache folder; "" if there is neither.
std::string cache_path(std::uint64_t key, const std::string& folder = "");

}  // namespace datasets
