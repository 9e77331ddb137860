// The settings data.* reach the images.
#include "gan/training/open_data.h"

#include <doctest/doctest.h>

#include "tests/datasets/image_bytes.h"
#include "tests/datasets/scratch.h"

TEST_CASE("open data: channels and orientation are as the settings say") {
  const Scratch scratch;
  // Two gray pixels, one above the other, to be looked at upside down.
  scratch.write("set/a.png", Png{.height = 2,
                                 .color_type = 0,
                                 .rows = std::string("\0a\0b", 4),
                                 .before = png_chunk("eXIf", exif_block(3))}
                                 .bytes());
  ::setenv("XDG_CACHE_HOME", (scratch / "caches").c_str(), 1);
  const std::string spec = "images:" + scratch.path() + "/set";
  const auto first = [&](const gan::training::Config& config) {
    const auto data = gan::training::open_data(config, spec);
    std::string pixels(data->image_size(), '\0');
    data->read(0, reinterpret_cast<std::uint8_t*>(pixels.data()));
    return pixels;
  };
  gan::training::Config config;
  CHECK(first(config) == "ab");
  config.channels = "3";
  CHECK(first(config) == "aaabbb");
  config.orientation = "apply";
  CHECK(first(config) == "bbbaaa");
  config.channels = "1";
  CHECK(first(config) == "ba");
}
