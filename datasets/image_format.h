// The formats of image files, told apart by their first bytes: the one table of what is read, and
// of what is known but not read, so that it can be named.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "datasets/image_file.h"

namespace datasets {

struct ImageFormat {
  const char* name;
  bool (*is)(std::string_view file);      // by kImageHead bytes at most
  std::vector<std::string_view> endings;  // of the names of its files, if it is read
  Image (*read)(std::string_view file, const std::string& path);  // null: it is not read
  bool marked = true;  // false: known by a header that makes sense, not by a mark
};

constexpr std::size_t kImageHead = 64;

const ImageFormat* recognize(std::string_view file);  // null: none of them

std::string lower_case_ending(const std::string& path);  // ".jpg" of "A.JPG"

// Whether the ending is one of a format that is read.
bool has_image_ending(const std::string& path);

std::string readable_formats();  // "PNG, JPEG, ..."

}  // namespace datasets
