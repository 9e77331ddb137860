// Files, whole: read at once, or written beside and renamed, so that an interruption or a full disk
// never damages what was there before. Of a link, what it leads to is replaced; a pipe or a device
// is written into as it is. Errors name the path and the system's reason.
#pragma once

#include <string>
#include <string_view>

namespace engine {

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view bytes);

}  // namespace engine
