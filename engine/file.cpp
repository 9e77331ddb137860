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

// Writes everything and makes it durable; returns 0 or the error number.
int write_durably(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

std::string read_file(const std::string& path) {
  check(!std::filesystem::is_directory(path), path, ": is a folder where a file is needed");
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
  const std::string beside = path + ".tmp";
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  check(descriptor >= 0, path, ": cannot be written: ", std::strerror(errno));
  int error = write_durably(descriptor, bytes);
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(beside.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(beside.c_str());
  fail(path, ": cannot be written: ", std::strerror(error), "; what was there before is kept");
}

}  // namespace engine
