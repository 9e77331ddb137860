// Files, whole: read at once or in parts, or written beside and renamed, so that an interruption or
// a full disk never damages what was there before; once written, a file survives a power cut. Only
// regular files are read: a pipe, a socket or a device would wait or never end. Of a link, what it
// leads to is replaced; a pipe or a device is written into as it is. The name beside is no other
// writer's (FILE.PID-N.tmp), so that two writers of a file leave one of their two versions, whole.
// Logs grow by append_file. Errors name the path and the system's reason.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace engine {

// A regular file, open for reading. Errors: a folder, pipe, socket or device; too few bytes.
class InputFile {
 public:
  explicit InputFile(std::string path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  int descriptor() const { return descriptor_; }
  std::string read(std::uint64_t offset, std::uint64_t length) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

// Errors: a file of more than `most` bytes, before any is read.
std::string read_file(const std::string& path,
                      std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
void write_file(const std::string& path, std::string_view bytes);

// Adds all of the bytes to the end of a file, which is made if it is missing, or none of them.
void append_file(const std::string& path, std::string_view bytes);
void sync_file(const std::string& path);  // what was appended survives a power cut from now on

// A folder and those above it, as far as they are missing; they survive a power cut. Returns
// whether the folder is new: of several callers at once, one makes it.
bool make_folders(const std::string& path);

// The name of the file that `name` stands in for while it is written; "" where it is not such a
// name. A writer that was killed leaves such a file behind.
std::string temporary_of(const std::string& name);

}  // namespace engine
