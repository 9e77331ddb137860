#include "engine/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

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

// Pipes, terminals and other devices: to be written into, and never replaced by a file.
bool is_device(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

// Where a link (of a link) leads, which need not be there yet.
std::string behind_links(fs::path path) {
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(path, error); ++links)
    path = path.parent_path() / fs::read_symlink(path, error);  // an absolute one stands alone
  return path.string();
}

void write_into_device(const std::string& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY);
  check(descriptor >= 0, path, ": cannot be written: ", std::strerror(errno));
  const int error = close_after(descriptor, write_all(descriptor, bytes));
  check(error == 0, path, ": cannot be written: ", std::strerror(error));
}

}  // namespace

std::string read_file(const std::string& path) {
  check(!fs::is_directory(path), path, ": is a folder where a file is needed");
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  check(in.good(), path, ": cannot be opened: ", std::strerror(errno));
  const std::streamoff size = in.tellg();
  check(size >= 0 && in.seekg(0).good(), path, ": is not a readable file");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.read(bytes.data(), size);
  check(in.gcount() == size, path, ": only ", in.gcount(), " of ", size, " bytes could be read");
  return bytes;
}

void write_file(const std::string& path, std::string_view bytes) {
  if (is_device(path)) return write_into_device(path, bytes);
  const std::string target = behind_links(path), beside = target + ".tmp";
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  check(descriptor >= 0, path, ": cannot be written: ", std::strerror(errno));
  int error = close_after(descriptor, write_durably(descriptor, bytes));
  if (error == 0 && std::rename(beside.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(beside.c_str());
  fail(path, ": cannot be written: ", std::strerror(error), "; what was there before is kept");
}

}  // namespace engine
