// Scratch: a temporary folder for one test's files, removed at the end. complaint(): the error that
// a call throws, as text.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/check.h"

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "kantor-test-XXXXXX").string();
    engine::check(::mkdtemp(name.data()) != nullptr, name, ": cannot be made");
    path_ = name;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file, with the folders above it; returns its path.
  std::string write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path file = path_ + "/" + name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

 private:
  std::string path_;
};

// The text of the engine::Error that `call` throws; "" if it throws none.
template <class Call>
std::string complaint(Call call) {
  try {
    call();
  } catch (const engine::Error& error) {
    return error.what();
  }
  return "";
}

// Whether a complaint is one line that contains all of these.
template <class... Parts>
bool says(const std::string& text, const Parts&... parts) {
  return text.find('\n') == std::string::npos && (... && (text.find(parts) != std::string::npos));
}
