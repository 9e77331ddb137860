// The images of a folder, found and put in order before any is decoded.
//
// An immediate subfolder that holds images (at any depth below it) is a class; the classes are
// sorted by name. Where no subfolder holds any, the images of the folder itself are one class.
// Hidden files and files without an image's suffix are passed over. The order is that of the
// paths, byte by byte, so an image has the same index on every machine.
// Errors: a missing folder, a folder without images.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace datasets {

struct ImageEntry {
  std::string path;  // relative to the folder
  int label = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified = 0;  // of the file, in the clock's ticks
};

struct ImageList {
  std::string folder;
  std::vector<ImageEntry> entries = {};
  std::vector<std::string> class_names = {};
  std::vector<std::string> notes = {};  // such as images left out

  std::string full_path(std::size_t i) const { return folder + "/" + entries[i].path; }
};

ImageList list_images(const std::string& folder);

// A number that changes with the folder and with any path, size or time of change in the list.
std::uint64_t fingerprint(const ImageList& list);

}  // namespace datasets
