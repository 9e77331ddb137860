// Files: read completely or in parts, or written under a temporary name and renamed, so that an
// interruption or a full disk never damages the previous file; once written, a file survives a
// power cut. Only regular files are read: a pipe, a socket or a device could block or never end.
// Writing to a link replaces its target; a pipe or a device is written directly. The temporary name
// is unique (FILE.PID-N.tmp), so two writers of a file leave one of their two versions, complete.
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

// Appends all of the bytes to a file, or none; creates the file if it is missing.
void append_file(const std::string& path, std::string_view bytes);
void sync_file(const std::string& path);  // what was appended survives a power cut from now on

// Makes a folder and its missing parents, which then survive a power cut. Returns whether the
// folder is new: of several concurrent callers, one makes it.
bool make_folders(const std::string& path);

// The final name of a temporary file `name`; "" if it is not a temporary name. A killed writer
// leaves such a file behind.
std::string temporary_of(const std::string& name);

}  // namespace engine
