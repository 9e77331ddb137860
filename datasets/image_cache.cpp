#include "datasets/image_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "datasets/cache_format.h"
#include "engine/check.h"

namespace datasets {
namespace {

template <class Value>
std::uint32_t crc(std::uint32_t before, const Value& value) {
  return crc32_z(before, reinterpret_cast<const Bytef*>(&value), sizeof value);
}

std::uint32_t crc(std::uint32_t before, const void* bytes, std::size_t size) {
  return crc32_z(before, static_cast<const Bytef*>(bytes), size);
}

// Calls `transfer` (pread or pwrite) until all is done.
template <class Byte, class Transfer>
bool transfer_all(int descriptor, Byte* bytes, std::size_t size, std::uint64_t offset,
                  Transfer transfer) {
  while (size > 0) {
    errno = 0;
    const ssize_t done = transfer(descriptor, bytes, size, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes += done;
    size -= static_cast<std::size_t>(done);
    offset += static_cast<std::uint64_t>(done);
  }
  return true;
}

// Whether images of these extents can be: a damaged header must not overflow sizes.
bool plausible(const CacheLayout& layout) {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  return layout.height > 0 && layout.width > 0 && layout.files > 0 &&
         (layout.channels == 1 || layout.channels == 3) &&
         std::int64_t{layout.height} * layout.width < kMost &&
         layout.files < std::numeric_limits<std::int64_t>::max() / kMost;
}

}  // namespace

std::uint32_t checksum_of(const CacheLayout& layout, std::string_view orientations) {
  return crc(crc(0, layout), orientations.data(), orientations.size());
}

std::uint32_t checksum_of(Index file, std::uint32_t orientation, const void* pixels,
                          std::size_t size) {
  return crc(crc(crc(0, static_cast<std::int64_t>(file)), orientation), pixels, size);
}

std::uint32_t checksum_of(std::string_view text) { return crc(0, text.data(), text.size()); }

bool read_at(int descriptor, void* bytes, std::size_t size, std::uint64_t offset) {
  return transfer_all(descriptor, static_cast<char*>(bytes), size, offset, ::pread);
}

bool write_at(int descriptor, const void* bytes, std::size_t size, std::uint64_t offset) {
  return transfer_all(descriptor, static_cast<const char*>(bytes), size, offset, ::pwrite);
}

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

std::unique_ptr<ImageCache> ImageCache::open(const std::string& path, std::uint64_t key,
                                             Index files) {
  if (::access(path.c_str(), F_OK) != 0) return nullptr;
  try {
    return std::unique_ptr<ImageCache>(new ImageCache(path, key, files));
  } catch (const engine::Error&) {
    return nullptr;
  }
}

ImageCache::ImageCache(const std::string& path, std::uint64_t key, Index files) : file_(path) {
  CacheHeader header;
  const auto matches = [&](bool it_does) { engine::check(it_does, path, ": does not match"); };
  matches(file_.size() > sizeof header);
  matches(read_at(file_.descriptor(), &header, sizeof header, 0));
  layout_ = header.layout;
  matches(std::memcmp(header.magic, CacheHeader().magic, CacheHeader::kMagic) == 0);
  matches(layout_.key == key && layout_.files == files && plausible(layout_));
  const std::uint64_t table = record_offset(layout_, files);
  matches(file_.size() == table + static_cast<std::uint64_t>(files));
  orientations_ = file_.read(table, static_cast<std::uint64_t>(files));
  matches(header.checksum == checksum_of(layout_, orientations_));
}

bool ImageCache::read(Index file, std::uint8_t* pixels) const {
  RecordHead head;
  const std::uint64_t offset = record_offset(layout_, file);
  const std::size_t size = layout_.image_size();
  return read_at(file_.descriptor(), &head, sizeof head, offset) &&
         read_at(file_.descriptor(), pixels, size, offset + sizeof head) &&
         head.checksum == checksum_of(file, head.orientation, pixels, size);
}

std::string ImageCache::hash() const {
  CacheHeader header;
  if (!read_at(file_.descriptor(), &header, sizeof header, 0) || header.hash[0] == '\0') return "";
  const std::string hash(header.hash, sizeof header.hash);
  return header.hash_checksum == checksum_of(hash) ? hash : "";
}

void ImageCache::keep_hash(const std::string& hash) const {
  CacheHeader header;
  if (hash.size() != sizeof header.hash) return;
  const int descriptor = ::open(file_.path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return;
  struct stat mine = {}, named = {};
  if (::fstat(file_.descriptor(), &mine) == 0 && ::fstat(descriptor, &named) == 0 &&
      mine.st_ino == named.st_ino && mine.st_dev == named.st_dev &&
      read_at(descriptor, &header, sizeof header, 0)) {
    std::ranges::copy(hash, header.hash);
    header.hash_checksum = checksum_of(hash);
    [[maybe_unused]] const bool kept = write_at(descriptor, &header, sizeof header, 0);
  }
  ::close(descriptor);
}

void ImageCache::discard() const { ::unlink(file_.path().c_str()); }

}  // namespace datasets
