#include "datasets/image_list.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "datasets/folder_walk.h"
#include "datasets/image_format.h"
#include "engine/check.h"

namespace datasets {
namespace {

namespace fs = std::filesystem;

// "class folders without images keep their numbers: a, b": at most five are named.
std::string empty_classes(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 5;
  std::string text = "class folders without images keep their numbers: ";
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i)
    text += (i > 0 ? ", " : "") + names[i];
  return names.size() <= kNamed ? text
                                : text + " and " + std::to_string(names.size() - kNamed) + " more";
}

ImageList list_unchecked(const std::string& folder) {
  ImageList list{.folder = folder};
  FolderWalk walk(folder);
  list.class_names = walk.subfolders();
  std::vector<std::string> empty;
  for (std::size_t label = 0; label < list.class_names.size(); ++label) {
    std::vector<ImageEntry> images = walk.images_below(list.class_names[label]);
    if (images.empty()) empty.push_back(list.class_names[label]);
    for (ImageEntry& image : images) {
      image.label = static_cast<int>(label);
      list.entries.push_back(std::move(image));
    }
  }
  std::vector<ImageEntry> outside = walk.images_in_root();
  const auto note = [&](const std::string& text) { list.notes.push_back(folder + ": " + text); };
  if (list.entries.empty()) {
    list.entries = std::move(outside);
    list.class_names = {"images"};
  } else {
    if (!empty.empty()) note(empty_classes(empty));
    if (!outside.empty())
      note(std::to_string(outside.size()) + " images outside the class folders were left out");
  }
  if (const std::string kinds = walk.left_out(); !kinds.empty()) note("left out: " + kinds);
  std::ranges::sort(list.entries, {}, &ImageEntry::path);
  return list;
}

}  // namespace

ImageList list_images(const std::string& folder) {
  try {
    engine::check(fs::exists(folder), "images:", folder, ": no such folder");
    engine::check(fs::is_directory(folder), "images:", folder, ": is a file; pass its folder");
    ImageList list = list_unchecked(folder);
    engine::check(!list.entries.empty(), "images:", folder, ": holds no images (",
                  readable_formats(), ")",
                  list.notes.empty() ? "" : "; " + list.notes.back().substr(folder.size() + 2));
    return list;
  } catch (const fs::filesystem_error& error) {
    engine::fail("images:", folder, ": cannot be listed: ", error.code().message(), " ",
                 error.path1().string());
  }
}

bool is_unchanged(const ImageList& list, std::size_t i) {
  return version_of(list.full_path(i)) == list.entries[i].version;
}

std::uint64_t fingerprint(const ImageList& list) {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a, 64 bits
  const auto mix = [&hash](std::string_view bytes) {
    for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001B3;
    hash = (hash ^ 0xFF) * 0x100000001B3;  // no UTF-8 text holds this byte: it ends a field
  };
  std::error_code none;
  mix(fs::weakly_canonical(list.folder, none).string());
  for (const ImageEntry& entry : list.entries) {
    mix(entry.path);
    const auto& [bytes, inode, modified, changed] = entry.version;
    for (const std::uint64_t number :
         {bytes, inode, static_cast<std::uint64_t>(modified), static_cast<std::uint64_t>(changed)})
      mix(std::to_string(number));
  }
  return hash;
}

}  // namespace datasets
