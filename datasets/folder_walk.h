// FolderWalk: lists the image files below a folder, visiting each file once, and counts other files
// by kind. image_list.h uses it to form classes.
//   FolderWalk walk(root);
//   std::vector<ImageEntry> images = walk.images_below("cats");
//   walk.left_out();                     // "hidden files 2, .txt files 1"
// Cost: one call of stat for each file, from all cores, which hides part of the time that a network
// drive takes to answer. Errors: folders and files that cannot be accessed (std::filesystem's own).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "datasets/image_list.h"

namespace datasets {

// Of the target of a link; nothing if there is no such file.
std::optional<FileVersion> version_of(const std::string& path);

class FolderWalk {
 public:
  explicit FolderWalk(std::filesystem::path root);

  // The names of the subfolders that are classes, sorted; hidden ones are counted as left out.
  std::vector<std::string> subfolders();
  std::vector<ImageEntry> images_in_root();
  std::vector<ImageEntry> images_below(const std::string& subfolder);

  std::string left_out() const;  // by kind; "" where nothing is

 private:
  using Identity = std::pair<std::uint64_t, std::uint64_t>;  // device and inode

  // `relative` is the folder's path from the root, with a slash at its end; "": the root itself.
  void walk(const std::string& relative, bool deeper, std::vector<ImageEntry>& images);
  void leave_out(const std::string& kind) { ++left_out_[kind]; }

  std::filesystem::path root_;
  std::set<Identity> above_;    // the root, and the folders that hold it
  std::set<Identity> visited_;  // folders of this class
  std::map<std::string, std::size_t> left_out_;
};

}  // namespace datasets
