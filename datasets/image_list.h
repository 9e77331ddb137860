// Lists and orders the images of a folder before any is decoded.
//
// Each immediate subfolder is a class, numbered in order of name as torchvision's ImageFolder does,
// and holds the images at any depth below it. If no subfolder holds any, the images of the folder
// itself are one class. Links are followed, but no folder is read twice in a class, nor one that
// contains the set. Hidden files and folders are left out. A file is an image if it has a supported
// extension (".jpg", ".webp", ...) or begins like a supported format. `notes` count the other files
// by kind. Images are ordered by path, byte by byte, so an image has the same index on every
// machine. Cost: reads each file's attributes, and the first bytes of files with other names.
// Errors: a missing folder, a folder without images.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace datasets {

// Changes whenever a file does: size, inode, mtime and ctime in ns.
struct FileVersion {
  std::uint64_t bytes = 0, inode = 0;
  std::int64_t modified = 0, changed = 0;
  bool operator==(const FileVersion&) const = default;
};

// One image file.
struct ImageEntry {
  std::string path;  // relative to the folder
  int label = 0;
  FileVersion version = {};
};

struct ImageList {
  std::string folder;
  std::vector<ImageEntry> entries = {};
  std::vector<std::string> class_names = {};
  std::vector<std::string> notes = {};  // such as images left out

  std::string full_path(std::size_t i) const { return folder + "/" + entries[i].path; }
};

// Lists the images of a folder.
ImageList list_images(const std::string& folder);

// Whether file i still is what was listed.
bool is_unchanged(const ImageList& list, std::size_t i);

// A number that changes with the folder and with any path or attribute in the list.
std::uint64_t fingerprint(const ImageList& list);

}  // namespace datasets
