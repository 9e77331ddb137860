#include "datasets/folder_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "datasets/image_format.h"
#include "engine/check.h"
#include "engine/file.h"

namespace datasets {
namespace {

namespace fs = std::filesystem;
using Attributes = struct stat;

// The status of a link's target; nothing if it is broken or refers to itself.
std::optional<Attributes> attributes(const fs::path& path) {
  Attributes about = {};
  if (::stat(path.c_str(), &about) == 0) return about;
  const int error = errno;
  // A broken link, for whatever reason, must not fail the folder.
  if (error == ENOENT || ::lstat(path.c_str(), &about) != 0 || S_ISLNK(about.st_mode))
    return std::nullopt;
  throw fs::filesystem_error("stat", path, std::error_code(error, std::generic_category()));
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

bool hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

// The kind of a file that is not a readable image; "" for one that is.
std::string other_kind(const std::string& path, std::uint64_t size) {
  if (has_image_ending(path)) return "";
  const std::string ending = lower_case_ending(path);
  const std::string named = ending.empty() ? "files without an extension" : ending + " files";
  try {
    const std::string head =
        engine::InputFile(path).read(0, std::min<std::uint64_t>(size, kImageHead));
    const ImageFormat* format = recognize(head);
    if (!format || !format->marked) return named;
    return format->read ? "" : format->name + std::string(" images");
  } catch (const engine::Error&) {
    return named;  // it cannot be opened, and has no image extension
  }
}

}  // namespace

FolderWalk::FolderWalk(fs::path root) : root_(std::move(root)) {
  for (fs::path folder = fs::canonical(root_);; folder = folder.parent_path()) {
    if (const auto about = attributes(folder)) above_.insert({about->st_dev, about->st_ino});
    if (folder == folder.parent_path()) return;
  }
}

std::vector<std::string> FolderWalk::subfolders() {
  std::vector<std::string> names;
  for (const fs::path& path : sorted_entries(root_)) {
    const auto about = attributes(path);
    if (!about || !S_ISDIR(about->st_mode)) continue;
    if (hidden(path))
      leave_out("hidden folders");
    else if (above_.contains({about->st_dev, about->st_ino}))
      leave_out("links to folders above");
    else
      names.push_back(path.filename().string());
  }
  return names;
}

std::vector<ImageEntry> FolderWalk::images_in_root() {
  std::vector<ImageEntry> images;
  walk(root_, false, images);
  return images;
}

std::vector<ImageEntry> FolderWalk::images_below(const std::string& subfolder) {
  std::vector<ImageEntry> images;
  visited_.clear();
  const fs::path folder = root_ / subfolder;
  if (const auto about = attributes(folder)) visited_.insert({about->st_dev, about->st_ino});
  walk(folder, true, images);
  return images;
}

void FolderWalk::walk(const fs::path& folder, bool deeper, std::vector<ImageEntry>& images) {
  for (const fs::path& path : sorted_entries(folder)) {
    const auto about = attributes(path);
    if (!about) {
      leave_out("broken links");
    } else if (S_ISDIR(about->st_mode)) {
      if (!deeper) continue;  // a class of its own
      const Identity identity{about->st_dev, about->st_ino};
      if (hidden(path))
        leave_out("hidden folders");
      else if (above_.contains(identity))
        leave_out("links to folders above");
      else if (!visited_.insert(identity).second)
        leave_out("links to folders already read");
      else
        walk(path, true, images);
    } else if (hidden(path)) {
      leave_out("hidden files");
    } else if (!S_ISREG(about->st_mode)) {
      leave_out("pipes, sockets and devices");
    } else if (const std::string kind = other_kind(path, about->st_size); !kind.empty()) {
      leave_out(kind);
    } else {
      images.push_back({.path = path.lexically_relative(root_).string(),
                        .bytes = static_cast<std::uint64_t>(about->st_size),
                        .inode = about->st_ino,
                        .modified = nanoseconds(about->st_mtim),
                        .changed = nanoseconds(about->st_ctim)});
    }
  }
}

std::string FolderWalk::left_out() const {
  std::string text;
  for (const auto& [kind, count] : left_out_)
    text += (text.empty() ? "" : ", ") + kind + " " + std::to_string(count);
  return text;
}

}  // namespace datasets
