// append: stb_image_write's way out, into memory.
#pragma once

#include <string>

// `out` is a std::string; the data go to its end.
inline void append(void* out, void* data, int size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
}
