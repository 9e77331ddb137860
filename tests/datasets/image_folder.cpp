#include <doctest/doctest.h>
#include <stb_image_write.h>

#include <cstdlib>
#include <functional>
#include <vector>

#include "datasets/dataset.h"
#include "engine/file.h"
#include "tests/datasets/append.h"
#include "tests/datasets/scratch.h"

namespace {

namespace fs = std::filesystem;

std::vector<std::uint8_t> pattern(int width, int height, int channels, int level) {
  std::vector<std::uint8_t> pixels(width * height * channels, static_cast<std::uint8_t>(level));
  for (std::size_t i = 0; i < pixels.size(); i += 7) pixels[i] = static_cast<std::uint8_t>(i);
  pixels[0] = static_cast<std::uint8_t>(level);
  return pixels;
}

std::string png(int width, int height, int channels, int level) {
  std::string bytes;
  const auto pixels = pattern(width, height, channels, level);
  stbi_write_png_to_func(append, &bytes, width, height, channels, pixels.data(), width * channels);
  return bytes;
}

std::string jpeg(int width, int height, int level) {
  std::string bytes;
  const auto pixels = pattern(width, height, 3, level);
  stbi_write_jpg_to_func(append, &bytes, width, height, 3, pixels.data(), 95);
  return bytes;
}

std::string bmp(int width, int height, int level) {
  std::string bytes;
  const auto pixels = pattern(width, height, 3, level);
  stbi_write_bmp_to_func(append, &bytes, width, height, 3, pixels.data());
  return bytes;
}

int first_byte(const datasets::Dataset& data, datasets::Index i) {
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

}  // namespace

TEST_CASE("images: subfolders are classes, in order of name") {
  const Desk desk;
  desk.write("dogs/b.png", png(8, 6, 3, 40));
  desk.write("dogs/deep/er/a.PNG", png(8, 6, 3, 50));
  desk.write("cats/2.bmp", bmp(8, 6, 30));
  desk.write("cats/1.jpg", jpeg(8, 6, 20));
  desk.write("cats/notes.txt", "not a picture");
  desk.write("cats/._1.jpg", "a hidden file");
  desk.write("empty/readme.txt", "no pictures here");
  desk.write("beside.png", png(3, 3, 3, 1));

  const auto data = desk.open();
  CHECK(data->size() == 4);
  CHECK(data->height() == 6);
  CHECK(data->width() == 8);
  CHECK(data->class_names() == std::vector<std::string>{"cats", "dogs"});
  CHECK(data->label(1) == 0);
  CHECK(data->label(2) == 1);
  CHECK(first_byte(*data, 1) == 30);
  CHECK(first_byte(*data, 2) == 40);
  CHECK(first_byte(*data, 3) == 50);
  REQUIRE(data->notes().size() == 1);
  CHECK(says(data->notes()[0], "1 images beside the class folders"));
}

TEST_CASE("images: without subfolders, grey and alpha") {
  const Desk desk;
  desk.write("a.png", png(5, 5, 1, 11));
  desk.write("b.png", png(5, 5, 2, 22));
  desk.write("c.png", png(5, 5, 4, 33));
  const auto data = desk.open();
  CHECK(data->size() == 3);
  CHECK(data->classes() == 1);
  CHECK(data->channels() == 3);
  std::vector<std::uint8_t> pixels(data->image_size());
  data->read(0, pixels.data());
  CHECK(pixels[0] == 11);
  CHECK(pixels[2] == 11);
  CHECK(first_byte(*data, 2) == 33);
}

TEST_CASE("images: several sizes want resize") {
  const Desk desk;
  desk.write("a.png", png(8, 6, 3, 1));
  desk.write("b.png", png(12, 20, 3, 2));
  CHECK(says(desk.complaint(), desk.folder + "/a.png is 8x6", desk.folder + "/b.png is 12x20",
             "--set data.resize=32"));
  const auto data = desk.open({.resize = 16});
  CHECK(data->size() == 2);
  CHECK(data->image_size() == 16 * 16 * 3);
}

TEST_CASE("images: resize keeps the middle") {
  const Desk desk;
  std::vector<std::uint8_t> pixels(24 * 8 * 3, 0);  // black, with a white square in the middle
  for (int y = 0; y < 8; ++y)
    for (int x = 8; x < 16; ++x)
      for (int c = 0; c < 3; ++c) pixels[(y * 24 + x) * 3 + c] = 255;
  std::string bytes;
  stbi_write_png_to_func(append, &bytes, 24, 8, 3, pixels.data(), 24 * 3);
  desk.write("a.png", bytes);
  for (const int side : {8, 4}) {
    const auto data = desk.open({.resize = side});
    std::vector<std::uint8_t> out(data->image_size());
    data->read(0, out.data());
    CHECK(out == std::vector<std::uint8_t>(side * side * 3, 255));
  }
}

TEST_CASE("images: what cannot be read is skipped and counted, up to 1%") {
  const std::string whole_png = png(8, 8, 3, 5), whole_jpeg = jpeg(64, 64, 5);
  std::string flipped = whole_png;
  flipped[flipped.size() / 2] ^= 1;
  const std::string broken[][2] = {
      {"x.png", whole_png.substr(0, whole_png.size() - 12)},  // only the end chunk is gone
      {"x.png", flipped},
      {"x.jpg", whole_jpeg.substr(0, whole_jpeg.size() * 9 / 10)},
      {"x.jpg", whole_jpeg.substr(0, 3)},
      {"x.bmp", bmp(8, 8, 5).substr(0, 100)},
      {"x.png", ""},
      {"x.gif", "this is text"},
  };
  for (const auto& [name, bytes] : broken) {
    const Desk desk;
    for (int i = 0; i < 99; ++i) desk.write("p" + std::to_string(i) + ".png", whole_png);
    const std::string path = desk.write(name, bytes);
    const auto data = desk.open();
    CHECK(data->size() == 99);
    REQUIRE(data->notes().size() == 1);
    CHECK(says(data->notes()[0], "1 of 100 images", "skipped", path));
    CHECK(desk.open()->notes() == data->notes());  // from the cache
    CHECK(first_byte(*data, 98) == 5);

    const std::string first = desk.write("a.png", bytes);  // the first of all, and the second lost
    CHECK(says(desk.complaint(), "2 of 101", "more than 1%", first));
  }
}

TEST_CASE("images: folders without images") {
  const Desk desk;
  const std::string file = desk.write("some/readme.txt", "no pictures here");
  CHECK(says(desk.complaint(), desk.folder, "holds no images"));
  CHECK(says(complaint([&] { datasets::open("images:" + file); }), file, "is a file"));
}

TEST_CASE("images: the cache is used, checked, and done without") {
  const Desk desk;
  const std::string picture = desk.write("a.png", png(8, 8, 3, 5));
  CHECK(first_byte(*desk.open({.cache = false}), 0) == 5);
  CHECK(!fs::exists(desk.caches));
  CHECK(first_byte(*desk.open(), 0) == 5);
  const fs::path cache = desk.cache_file();
  const std::string good = engine::read_file(cache);

  // Only the cache knows about this: same name, size and time, other content.
  const auto modified = fs::last_write_time(picture);
  desk.write("a.png", std::string(fs::file_size(picture), 'x'));
  fs::last_write_time(picture, modified);
  CHECK(first_byte(*desk.open(), 0) == 5);

  SUBCASE("damaged") {
    for (const std::size_t i : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
      std::string bad = good;
      bad[i] ^= 1;
      engine::write_file(cache, bad);
      CHECK(says(desk.complaint(), "1 of 1 images cannot be read"));
    }
    engine::write_file(cache, good.substr(0, good.size() - 1));
    CHECK(says(desk.complaint(), "cannot be read"));
    engine::write_file(cache, "");
    CHECK(says(desk.complaint(), "cannot be read"));
  }
  SUBCASE("of other files") {
    desk.write("a.png", png(8, 8, 3, 6));
    fs::last_write_time(picture, modified + std::chrono::seconds(1));
    CHECK(first_byte(*desk.open(), 0) == 6);
  }
  SUBCASE("of another folder with the same files") {
    for (const int level : {8, 9}) {  // files of bare pixels are of one size
      const std::string folder = "set" + std::to_string(level);
      fs::last_write_time(desk.scratch.write(folder + "/a.bmp", bmp(8, 8, level)), modified);
      CHECK(first_byte(*datasets::open("images:" + (desk.scratch / folder)), 0) == level);
    }
  }
  SUBCASE("not writable") {
    desk.write("a.png", png(8, 8, 3, 7));
    fs::remove_all(desk.caches);
    engine::write_file(desk.caches, "a file where the folder should be");
    CHECK(first_byte(*desk.open(), 0) == 7);
  }
}
