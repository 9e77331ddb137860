// The layout of a cache of decoded images on disk, shared by its reader and its writer:
//
//   CacheHeader | record of file 0: RecordHead, pixels | record of file 1 | ... | orientations
//
// All in the byte order of the machine. While the file is being made, `checksum` is 0 and records
// are appended; those that are whole are taken up again. Cost: a CRC-32 of each image.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "datasets/image_cache.h"

namespace datasets {

// The beginning of the file.
struct CacheHeader {
  char magic[8] = {'K', 'A', 'N', 'T', 'O', 'R', 'I', '4'};
  CacheLayout layout = {};
  std::uint32_t checksum = 0;       // of the layout and of all orientations
  std::uint32_t hash_checksum = 0;  // of `hash`
  char hash[64] = {};               // SHA-256 of the images; zeros: not computed yet

  static constexpr std::size_t kMagic = sizeof magic;
};

// What precedes the pixels of an image.
struct RecordHead {
  std::uint32_t checksum = 0;  // of the file's number, its orientation and its pixels
  std::uint32_t orientation = 0;
};

// In bytes; and where the record of a file begins.
inline std::size_t record_size(const CacheLayout& layout) {
  return sizeof(RecordHead) + layout.image_size();
}
inline std::uint64_t record_offset(const CacheLayout& layout, Index file) {
  return sizeof(CacheHeader) + static_cast<std::uint64_t>(file) * record_size(layout);
}

// CRC-32 of all that is given.
std::uint32_t checksum_of(const CacheLayout& layout, std::string_view orientations);
std::uint32_t checksum_of(Index file, std::uint32_t orientation, const void* pixels,
                          std::size_t size);
std::uint32_t checksum_of(std::string_view text);

// Whether all bytes could be transferred; errno says why not, 0: the file ends before.
bool read_at(int descriptor, void* bytes, std::size_t size, std::uint64_t offset);
bool write_at(int descriptor, const void* bytes, std::size_t size, std::uint64_t offset);

}  // namespace datasets
