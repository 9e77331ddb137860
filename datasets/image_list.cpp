#include "datasets/image_list.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "datasets/image_file.h"
#include "engine/check.h"

namespace datasets {
namespace {

namespace fs = std::filesystem;

bool hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool is_image(const fs::directory_entry& file) {
  return !hidden(file.path()) && has_image_suffix(file.path().string()) && file.is_regular_file();
}

// Appends the images that `Iterator` comes across below `root`/`inside`.
template <class Iterator>
void collect(const fs::path& root, const fs::path& inside, int label,
             std::vector<ImageEntry>& entries) {
  for (const fs::directory_entry& file : Iterator(root / inside)) {
    if (!is_image(file)) continue;
    entries.push_back({.path = file.path().lexically_relative(root).string(),
                       .label = label,
                       .bytes = file.file_size(),
                       .modified = file.last_write_time().time_since_epoch().count()});
  }
}

std::vector<std::string> subfolders(const fs::path& root) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(root))
    if (entry.is_directory() && !hidden(entry.path()))
      names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

ImageList list_unchecked(const std::string& folder) {
  ImageList list{.folder = folder};
  for (const std::string& name : subfolders(folder)) {
    const std::size_t before = list.entries.size();
    const int label = static_cast<int>(list.class_names.size());
    collect<fs::recursive_directory_iterator>(folder, name, label, list.entries);
    if (list.entries.size() > before) list.class_names.push_back(name);
  }
  std::vector<ImageEntry> outside;
  collect<fs::directory_iterator>(folder, "", 0, outside);
  if (list.class_names.empty()) {
    list.entries = std::move(outside);
    list.class_names = {"images"};
  } else if (!outside.empty()) {
    list.notes.push_back(folder + ": " + std::to_string(outside.size()) +
                         " images beside the class folders were left out");
  }
  std::ranges::sort(list.entries, {}, &ImageEntry::path);
  return list;
}

}  // namespace

ImageList list_images(const std::string& folder) {
  try {
    engine::check(fs::exists(folder), "images:", folder, ": no such folder");
    engine::check(fs::is_directory(folder), "images:", folder, ": is a file; give its folder");
    ImageList list = list_unchecked(folder);
    engine::check(!list.entries.empty(), "images:", folder,
                  ": holds no images (PNG, JPEG, BMP, TGA, GIF, PPM or PGM)");
    return list;
  } catch (const fs::filesystem_error& error) {
    engine::fail("images:", folder, ": cannot be listed: ", error.code().message(), " ",
                 error.path1().string());
  }
}

std::uint64_t fingerprint(const ImageList& list) {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a, 64 bits
  const auto mix = [&hash](std::string_view bytes) {
    for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001B3;
    hash = (hash ^ 0xFF) * 0x100000001B3;  // no UTF-8 text holds this byte: it ends a field
  };
  std::error_code none;
  mix(std::filesystem::weakly_canonical(list.folder, none).string());
  for (const ImageEntry& entry : list.entries) {
    mix(entry.path);
    mix(std::to_string(entry.bytes));
    mix(std::to_string(entry.modified));
  }
  return hash;
}

}  // namespace datasets
