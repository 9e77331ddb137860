// Files, whole: read at once, or written beside and renamed, so that an interruption or a full disk
// never damages what was there before; once written, a file survives a power cut. Of a link, what
// it leads to is replaced; a pipe or a device is written into as it is. The name beside is no other
// writer's (FILE.PID-N.tmp), so that two writers of a file leave one of their two versions, whole.
// Logs grow by append_file. Errors name the path and the system's reason.
#pragma once

#include <string>
#include <string_view>

namespace engine {

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view bytes);

// Adds all of the bytes to the end of a file, which is made if it is missing, or none of them.
void append_file(const std::string& path, std::string_view bytes);
void sync_file(const std::string& path);  // what was appended survives a power cut from now on

// A folder and those above it, as far as they are missing; they survive a power cut. Returns
// whether the folder is new: of several callers at once, one makes it.
bool make_folders(const std::string& path);

// The name of the file that `name` stands in for while it is written; "" where it is not such a
// name. A writer that was killed leaves such a file behind.
std::string temporary_of(const std::string& name);

}  // namespace engine
