// Desk: a folder of small pictures and the caches that opening it makes, both removed at the end.
#pragma once

#include <stb_image_write.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "tests/datasets/append.h"
#include "tests/datasets/scratch.h"

namespace desks {

namespace fs = std::filesystem;

inline std::vector<std::uint8_t> pattern(int width, int height, int channels, int level) {
  std::vector<std::uint8_t> pixels(width * height * channels, static_cast<std::uint8_t>(level));
  for (std::size_t i = 0; i < pixels.size(); i += 7) pixels[i] = static_cast<std::uint8_t>(i);
  pixels[0] = static_cast<std::uint8_t>(level);
  return pixels;
}

inline std::string png(int width, int height, int channels, int level) {
  std::string bytes;
  const auto pixels = pattern(width, height, channels, level);
  stbi_write_png_to_func(append, &bytes, width, height, channels, pixels.data(), width * channels);
  return bytes;
}

inline std::string jpeg(int width, int height, int level) {
  std::string bytes;
  const auto pixels = pattern(width, height, 3, level);
  stbi_write_jpg_to_func(append, &bytes, width, height, 3, pixels.data(), 95);
  return bytes;
}

inline std::string bmp(int width, int height, int level) {
  std::string bytes;
  const auto pixels = pattern(width, height, 3, level);
  stbi_write_bmp_to_func(append, &bytes, width, height, 3, pixels.data());
  return bytes;
}

inline int first_byte(const datasets::Dataset& data, datasets::Index i) {
  std::vector<std::uint8_t> pixels(data.image_size());
  data.read(i, pixels.data());
  return pixels[0];
}

// Pictures in `pictures`, caches in `caches`.
struct Desk {
  Scratch scratch;
  std::string folder = scratch / "pictures";
  std::string caches = scratch / "caches";

  Desk() { ::setenv("XDG_CACHE_HOME", caches.c_str(), 1); }

  std::string write(const std::string& name, const std::string& bytes) const {
    return scratch.write("pictures/" + name, bytes);
  }
  std::unique_ptr<datasets::Dataset> open(const datasets::OpenOptions& options = {}) const {
    return datasets::open("images:" + folder, options);
  }
  std::string complaint(const datasets::OpenOptions& options = {}) const {
    return ::complaint([&] { open(options); });
  }
  fs::path cache_file() const { return fs::directory_iterator(caches + "/kantor")->path(); }
};

}  // namespace desks
