#include "datasets/folder_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <exception>
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

FileVersion version_from(const Attributes& about) {
  return {.bytes = static_cast<std::uint64_t>(about.st_size),
          .inode = about.st_ino,
          .modified = nanoseconds(about.st_mtim),
          .changed = nanoseconds(about.st_ctim)};
}

bool hidden(const std::string& name) { return name.starts_with('.'); }

struct Entry {
  std::string name;
  std::optional<Attributes> about = {};  // nothing: a broken link
};

// What a folder holds, in order of name.
std::vector<Entry> sorted_entries(const fs::path& folder) {
  std::vector<Entry> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    entries.push_back({entry.path().filename().string()});
  std::ranges::sort(entries, {}, &Entry::name);
  std::exception_ptr failed;
#pragma omp parallel for schedule(dynamic, 256)
  for (std::size_t i = 0; i < entries.size(); ++i) {
    try {
      entries[i].about = attributes(folder / entries[i].name);
    } catch (...) {
#pragma omp critical
      failed = std::current_exception();
    }
  }
  if (failed) std::rethrow_exception(failed);
  return entries;
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

std::optional<FileVersion> version_of(const std::string& path) {
  const auto about = attributes(path);
  return about ? std::optional(version_from(*about)) : std::nullopt;
}

FolderWalk::FolderWalk(fs::path root) : root_(std::move(root)) {
  for (fs::path folder = fs::canonical(root_);; folder = folder.parent_path()) {
    if (const auto about = attributes(folder)) above_.insert({about->st_dev, about->st_ino});
    if (folder == folder.parent_path()) return;
  }
}

std::vector<std::string> FolderWalk::subfolders() {
  std::vector<std::string> names;
  for (const auto& [name, about] : sorted_entries(root_)) {
    if (!about || !S_ISDIR(about->st_mode)) continue;
    if (hidden(name))
      leave_out("hidden folders");
    else if (above_.contains({about->st_dev, about->st_ino}))
      leave_out("links to folders above");
    else
      names.push_back(name);
  }
  return names;
}

std::vector<ImageEntry> FolderWalk::images_in_root() {
  std::vector<ImageEntry> images;
  walk("", false, images);
  return images;
}

std::vector<ImageEntry> FolderWalk::images_below(const std::string& subfolder) {
  std::vector<ImageEntry> images;
  visited_.clear();
  if (const auto about = attributes(root_ / subfolder))
    visited_.insert({about->st_dev, about->st_ino});
  walk(subfolder + "/", true, images);
  return images;
}

void FolderWalk::walk(const std::string& relative, bool deeper, std::vector<ImageEntry>& images) {
  const std::string folder = (root_ / relative).string();
  for (const auto& [name, about] : sorted_entries(folder)) {
    if (!about) {
      leave_out("broken links");
    } else if (S_ISDIR(about->st_mode)) {
      if (!deeper) continue;  // a class of its own
      const Identity identity{about->st_dev, about->st_ino};
      if (hidden(name))
        leave_out("hidden folders");
      else if (above_.contains(identity))
        leave_out("links to folders above");
      else if (!visited_.insert(identity).second)
        leave_out("links to folders already read");
      else
        walk(relative + name + "/", true, images);
    } else if (hidden(name)) {
      leave_out("hidden files");
    } else if (!S_ISREG(about->st_mode)) {
      leave_out("pipes, sockets and devices");
    } else if (const std::string kind = other_kind(root_ / (relative + name), about->st_size);
               !kind.empty()) {
      leave_out(kind);
    } else {
      images.push_back({.path = relative + name, .version = version_from(*about)});
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
