#include "datasets/cache_builder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "datasets/cache_format.h"

namespace datasets {
namespace {

namespace fs = std::filesystem;

constexpr int kOpen = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

// The size of the open file of this name; -1: the name belongs to another file, or to none.
std::int64_t size_at(int descriptor, const std::string& path) {
  struct stat open = {}, named = {};
  const bool same = ::fstat(descriptor, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
                    open.st_ino == named.st_ino && open.st_dev == named.st_dev;
  return same && S_ISREG(open.st_mode) ? open.st_size : -1;
}

std::string part_of(const std::string& path) { return path + ".part"; }

double gigabytes(std::uint64_t bytes) { return std::ceil(static_cast<double>(bytes) / 1e8) / 10; }

}  // namespace

std::optional<CacheLayout> unfinished_cache(const std::string& path) {
  std::error_code none;
  if (!fs::is_regular_file(part_of(path), none)) return std::nullopt;
  CacheHeader header;
  try {
    const engine::InputFile file(part_of(path));
    if (!read_at(file.descriptor(), &header, sizeof header, 0)) return std::nullopt;
  } catch (const engine::Error&) {
    return std::nullopt;
  }
  const bool known = std::memcmp(header.magic, CacheHeader().magic, CacheHeader::kMagic) == 0;
  return known ? std::optional(header.layout) : std::nullopt;
}

CacheBuilder::CacheBuilder(const std::string& path, const CacheLayout& layout,
                           const Progress& progress)
    : path_(path), layout_(layout), part_(part_of(path)) {
  std::error_code error;
  fs::create_directories(fs::path(path_).parent_path(), error);
  if (error) throw CacheFailure(fs::path(path_).parent_path().string() + ": " + error.message());
  open_locked(progress);
  if (made_) return;
  take_up();
  require_room();
}

CacheBuilder::~CacheBuilder() {
  if (descriptor_ < 0) return;
  if (alone_ && !made_) ::unlink(part_.c_str());
  ::close(descriptor_);
}

void CacheBuilder::fail_to_write() const {
  const int error = errno;
  throw CacheFailure(part_ + ": cannot be written: " +
                     (error == 0 ? "it was cut off by another program" : std::strerror(error)));
}

void CacheBuilder::open_locked(const Progress& progress) {
  constexpr useconds_t kPause = 100'000;
  for (;;) {
    descriptor_ = ::open(part_.c_str(), kOpen, 0644);
    if (descriptor_ < 0) fail_to_write();
    while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) return open_alone();
      const std::int64_t size = size_at(descriptor_, part_) - std::int64_t{sizeof(CacheHeader)};
      if (progress && size > 0)
        progress(std::min<Index>(size / static_cast<Index>(record_size(layout_)), layout_.files),
                 layout_.files);
      ::usleep(kPause);
    }
    // Whoever held the lock may have finished the file, or removed it.
    const bool mine = size_at(descriptor_, part_) >= 0;
    made_ = ImageCache::open(path_, layout_.key, layout_.files) != nullptr;
    if (made_ && mine) ::unlink(part_.c_str());  // this process has just made it, and it is empty
    if (made_ || mine) return;
    ::close(descriptor_);
  }
}

void CacheBuilder::open_alone() {
  ::close(descriptor_);
  alone_ = true;
  part_ = path_ + "." + std::to_string(::getpid()) + "-0.tmp";
  descriptor_ = ::open(part_.c_str(), kOpen | O_TRUNC, 0644);
  if (descriptor_ < 0) fail_to_write();
}

// Keeps the records of an earlier builder up to the first that is not whole.
void CacheBuilder::take_up() {
  CacheHeader header;
  const CacheHeader mine{.layout = layout_};
  if (read_at(descriptor_, &header, sizeof header, 0) &&
      std::memcmp(&header, &mine, sizeof header) == 0) {
    std::string pixels(layout_.image_size(), '\0');
    RecordHead head;
    for (Index file = 0; file < layout_.files; ++file) {
      const std::uint64_t offset = record_offset(layout_, file);
      if (!read_at(descriptor_, &head, sizeof head, offset) ||
          !read_at(descriptor_, pixels.data(), pixels.size(), offset + sizeof head) ||
          head.checksum != checksum_of(file, head.orientation, pixels.data(), pixels.size()))
        break;
      orientations_ += static_cast<char>(head.orientation);
    }
  }
  if (::ftruncate(descriptor_, static_cast<off_t>(record_offset(layout_, done()))) != 0 ||
      !write_at(descriptor_, &mine, sizeof mine, 0))
    fail_to_write();
}

// A disk is not filled to its end for a file that cannot be finished.
void CacheBuilder::require_room() const {
  std::error_code unknown;
  const std::uint64_t needed = record_offset(layout_, layout_.files - done());
  const std::uint64_t free = fs::space(fs::path(path_).parent_path(), unknown).available;
  if (unknown || free >= needed) return;
  if (done() == 0) ::unlink(part_.c_str());
  char text[80];
  std::snprintf(text, sizeof text, ": takes %.1f GB, of which the disk has %.1f", gigabytes(needed),
                gigabytes(free));
  throw CacheFailure(part_ + text);
}

void CacheBuilder::append(const DecodedImages& next) {
  const std::size_t size = layout_.image_size(), record = record_size(layout_);
  const auto count = static_cast<Index>(next.orientations.size());
  records_.resize(static_cast<std::size_t>(count) * record);
#pragma omp parallel for
  for (Index i = 0; i < count; ++i) {
    char* to = records_.data() + i * record;
    const char* pixels = next.pixels.data() + i * size;
    RecordHead head{.orientation = static_cast<std::uint32_t>(next.orientations[i])};
    head.checksum = checksum_of(done() + i, head.orientation, pixels, size);
    std::memcpy(to, &head, sizeof head);
    std::memcpy(to + sizeof head, pixels, size);
  }
  if (!write_at(descriptor_, records_.data(), records_.size(), record_offset(layout_, done())))
    fail_to_write();
  orientations_ += next.orientations;
}

void CacheBuilder::finish() {
  if (made_) return;
  CacheHeader header{.layout = layout_};
  header.checksum = checksum_of(layout_, orientations_);
  if (!write_at(descriptor_, orientations_.data(), orientations_.size(),
                record_offset(layout_, layout_.files)) ||
      ::fsync(descriptor_) != 0 || !write_at(descriptor_, &header, sizeof header, 0) ||
      ::fsync(descriptor_) != 0 || std::rename(part_.c_str(), path_.c_str()) != 0)
    fail_to_write();
  made_ = true;
}

void CacheBuilder::discard() { ::unlink(part_.c_str()); }

}  // namespace datasets
