// The formats of image files, recognized by their first bytes: the table of supported formats and
// of formats that are only reported by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "datasets/image_file.h"

namespace datasets {

struct ImageFormat {
  const char* name;
  bool (*is)(std::string_view file);                              // from at most kImageHead bytes
  std::vector<std::string_view> endings;                          // file extensions, if supported
  Image (*read)(std::string_view file, const std::string& path);  // null: not supported
  bool marked = true;  // false: recognized by a plausible header, not by a signature
};

constexpr std::size_t kImageHead = 64;  // bytes that suffice to recognize a format

const ImageFormat* recognize(std::string_view file);  // null: none of them

std::string lower_case_ending(const std::string& path);  // ".jpg" of "A.JPG"

// Whether the extension belongs to a supported format.
bool has_image_ending(const std::string& path);

std::string readable_formats();  // "PNG, JPEG, ..."

}  // namespace datasets
