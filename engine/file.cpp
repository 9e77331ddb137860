#include "engine/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <regex>
#include <utility>
#include <vector>

#include "engine/check.h"

namespace engine {
namespace {

namespace fs = std::filesystem;

// Writes everything; returns 0 or the error number.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int write_durably(int descriptor, std::string_view bytes) {
  const int error = write_all(descriptor, bytes);
  return error != 0 ? error : ::fsync(descriptor) == 0 ? 0 : errno;
}

int close_after(int descriptor, int error) {
  return ::close(descriptor) != 0 && error == 0 ? errno : error;
}

// Pipes, terminals and other devices are written to, never replaced by a file.
bool is_device(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

// The target of a link (of a link), which need not exist yet.
std::string behind_links(fs::path path) {
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(path, error); ++links)
    path = path.parent_path() / fs::read_symlink(path, error);  // an absolute one stands alone
  return path.string();
}

// A new file beside `target`; its name goes to `beside`.
int open_beside(const std::string& target, std::string& beside) {
  static std::atomic<unsigned> count = 0;
  const fs::path path(target);
  for (;;) {
    const std::string end =
        "." + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp";
    beside = path.parent_path() / (path.filename().string().substr(0, NAME_MAX - end.size()) + end);
    const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor >= 0 || errno != EEXIST) return descriptor;
  }
}

// A new name survives a power cut once its folder is synced. Returns 0 or the error number.
int sync_folder_of(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return 0;  // a folder that is writable but not readable
  const bool synced = ::fsync(descriptor) == 0 || errno == EINVAL;  // EINVAL: sync is not supported
  return close_after(descriptor, synced ? 0 : errno);
}

void write_into_device(const std::string& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY);
  check(descriptor >= 0, path, ": cannot be written: ", std::strerror(errno));
  const int error = close_after(descriptor, write_all(descriptor, bytes));
  check(error == 0, path, ": cannot be written: ", std::strerror(error));
}

[[noreturn]] void cannot_be_opened(const std::string& path, int error) {
  fail(path, ": cannot be opened: ", std::strerror(error));
}

void require_regular(const std::string& path, const struct stat& about) {
  const mode_t mode = about.st_mode;
  check(!S_ISDIR(mode), path, ": is a folder, not a file");
  check(S_ISREG(mode), path, ": is a ",
        S_ISFIFO(mode)   ? "pipe"
        : S_ISSOCK(mode) ? "socket"
                         : "device",
        ", not a regular file");
}

}  // namespace

InputFile::InputFile(std::string path) : path_(std::move(path)) {
  struct stat about = {};
  if (::stat(path_.c_str(), &about) != 0) cannot_be_opened(path_, errno);
  require_regular(path_, about);  // before opening: opening a device may have effects
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor_ < 0) cannot_be_opened(path_, errno);
  try {
    if (::fstat(descriptor_, &about) != 0) cannot_be_opened(path_, errno);
    require_regular(path_, about);  // again: it may have been replaced
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
  size_ = static_cast<std::uint64_t>(about.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

std::string InputFile::read(std::uint64_t offset, std::uint64_t length) const {
  check(offset <= size_ && length <= size_ - offset, path_, ": bytes ", offset, " to ",
        offset + length, " are not in a file of ", size_);
  std::string bytes(length, '\0');
  for (std::uint64_t done = 0; done < length;) {
    const ssize_t got =
        ::pread(descriptor_, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path_, ": cannot be read: ", std::strerror(errno));
    check(got > 0, path_, ": only ", offset + done, " of ", size_, " bytes could be read");
    done += static_cast<std::uint64_t>(got);
  }
  return bytes;
}

std::string read_file(const std::string& path, std::uint64_t most) {
  const InputFile file(path);
  check(file.size() <= most, path, ": is ", file.size(),
        " bytes long; the limit for such a file is ", most);
  return file.read(0, file.size());
}

void write_file(const std::string& path, std::string_view bytes) {
  if (is_device(path)) return write_into_device(path, bytes);
  const std::string target = behind_links(path);
  std::string beside;
  const int descriptor = open_beside(target, beside);
  check(descriptor >= 0, path, ": cannot be written: ", std::strerror(errno));
  int error = close_after(descriptor, write_durably(descriptor, bytes));
  if (error == 0 && std::rename(beside.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(beside.c_str());
    std::error_code unseen;
    fail(path, ": cannot be written: ", std::strerror(error),
         fs::exists(target, unseen) ? "; the previous file is kept" : "");
  }
  error = sync_folder_of(target);
  check(error == 0, path, ": is written, but its folder cannot be synced: ", std::strerror(error));
}

void append_file(const std::string& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  check(descriptor >= 0, path, ": cannot be written: ", std::strerror(errno));
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  int error = write_all(descriptor, bytes);
  if (error != 0 && ::ftruncate(descriptor, size) != 0) error = errno;
  error = close_after(descriptor, error);
  check(error == 0, path, ": cannot be written: ", std::strerror(error));
}

void sync_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  check(descriptor >= 0, path, ": cannot be opened: ", std::strerror(errno));
  const int error = close_after(descriptor, ::fsync(descriptor) == 0 ? 0 : errno);
  check(error == 0, path, ": cannot be synced: ", std::strerror(error));
}

bool make_folders(const std::string& path) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path folder = fs::absolute(path);
       !fs::exists(folder, error) && folder.has_relative_path(); folder = folder.parent_path())
    missing.push_back(folder);
  const bool made = fs::create_directories(path, error);
  check(!error, path, ": the folder cannot be made: ", error.message());
  for (const fs::path& folder : missing) {
    const int failed = sync_folder_of(folder);
    check(failed == 0, path, ": its folder cannot be synced: ", std::strerror(failed));
  }
  return made;
}

std::string temporary_of(const std::string& name) {
  static const std::regex form("(.+?)(\\.[0-9]+-[0-9]+)?\\.tmp");  // earlier: FILE.tmp
  std::smatch match;
  return std::regex_match(name, match, form) ? match[1].str() : "";
}

}  // namespace engine
