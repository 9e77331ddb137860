#include "gan/run/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/check.h"
#include "engine/file.h"

namespace gan::run {
namespace {

// On one line, whatever the bytes.
std::string line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// "process 4711 on host (gan train --resume runs/mine)"
std::string this_process() {
  char host[256] = "this machine";
  gethostname(host, sizeof(host) - 1);
  std::ifstream in("/proc/self/cmdline", std::ios::binary);  // words that end with a zero
  const std::string command{std::istreambuf_iterator<char>(in), {}};
  return "process " + std::to_string(getpid()) + " on " + host + " (" +
         line(command.substr(0, 200)) + ")";
}

std::string holder(int descriptor) {
  char text[512];
  const ssize_t size = pread(descriptor, text, sizeof(text), 0);
  const std::string named = size > 0 ? line({text, static_cast<std::size_t>(size)}) : "";
  return named.empty() ? "another process" : named;
}

// Whether the open file is still the one of this name.
bool is_at(int descriptor, const std::string& path) {
  struct stat open = {}, named = {};
  return fstat(descriptor, &open) == 0 && stat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

}  // namespace

RunLock::RunLock(const std::string& folder, const std::string& file) : path_(folder + "/" + file) {
  for (;;) {
    descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0644);
    const int unopened = descriptor_ < 0 ? errno : 0;
    engine::check(unopened != ELOOP, path_, ": is a link; remove it");
    engine::check(unopened == 0, path_, ": cannot be opened: ", std::strerror(unopened));
    struct stat about = {};
    if (fstat(descriptor_, &about) != 0 || !S_ISREG(about.st_mode) || about.st_nlink > 1) {
      close(descriptor_);
      engine::fail(path_, ": is not a lock of gan train; move it away");
    }
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      const std::string by = holder(descriptor_);
      works_ = error != ENOSYS && error != ENOLCK && error != EOPNOTSUPP;
      if (!works_) return;
      close(descriptor_);
      engine::check(error == EWOULDBLOCK, path_, ": cannot be locked: ", std::strerror(error));
      throw InUse(folder + ": is in use by " + by + "; wait until it ends, or stop it");
    }
    if (is_at(descriptor_, path_)) break;
    close(descriptor_);  // its holder has just removed it
  }
  const std::string text = this_process() + "\n";
  // For people to read: the lock holds even if this cannot be written.
  [[maybe_unused]] const bool told =
      ftruncate(descriptor_, 0) == 0 && pwrite(descriptor_, text.data(), text.size(), 0) > 0;
}

bool RunLock::is_of_run(const std::string& file) {
  const engine::InputFile in(file);
  return in.size() == 0 || in.read(0, std::min<std::uint64_t>(in.size(), 8)) == "process ";
}

void RunLock::check_held() const {
  engine::check(
      !works_ || is_at(descriptor_, path_), path_,
      ": is gone or held by another process; this process stops and writes nothing more there");
}

RunLock::~RunLock() {
  if (is_at(descriptor_, path_)) unlink(path_.c_str());
  close(descriptor_);
}

}  // namespace gan::run
