#include <doctest/doctest.h>
#include <stb_image_write.h>
#include <sys/stat.h>

#include <functional>
#include <vector>

#include "engine/file.h"
#include "tests/datasets/desk.h"
#include "tests/datasets/image_bytes.h"

namespace {

namespace fs = std::filesystem;
using namespace desks;

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
  CHECK(data->class_names() == std::vector<std::string>{"cats", "dogs", "empty"});
  CHECK(data->label(1) == 0);
  CHECK(data->label(2) == 1);
  CHECK(first_byte(*data, 1) == 30);
  CHECK(first_byte(*data, 2) == 40);
  CHECK(first_byte(*data, 3) == 50);
  REQUIRE(data->notes().size() == 3);
  CHECK(says(data->notes()[0], "class folders without images keep their numbers: empty"));
  CHECK(says(data->notes()[1], "1 images outside the class folders"));
  CHECK(says(data->notes()[2], "left out: .txt files 2, hidden files 1"));
}

TEST_CASE("images: a class without images keeps its number") {
  const Desk desk;
  desk.write("a/readme.txt", "no pictures here");
  desk.write("b/1.png", png(8, 8, 3, 1));
  const auto data = desk.open();
  CHECK(data->class_names() == std::vector<std::string>{"a", "b"});
  CHECK(data->label(0) == 1);
}

TEST_CASE("images: what is left out is counted by kind") {
  const Desk desk;
  const std::string picture = png(8, 8, 3, 1);
  desk.write("a/1.png", picture);
  desk.write("a/.ipynb_checkpoints/1.png", picture);
  desk.write("a/.thumbnail.png", picture);
  desk.write("a/b/scan.tif", std::string("II*\0", 4) + std::string(60, 'x'));
  desk.write("a/b/scan.TIFF", std::string("MM\0*", 4) + std::string(60, 'x'));
  desk.write("a/LIST.CSV", "1,2");
  desk.write("a/Makefile", "all:");
  fs::create_symlink("nowhere.png", desk.folder + "/a/broken.png");
  fs::create_symlink("itself.png", desk.folder + "/a/itself.png");
  REQUIRE(::mkfifo((desk.folder + "/a/pipe.png").c_str(), 0600) == 0);
  const auto data = desk.open();
  CHECK(data->size() == 1);
  REQUIRE(data->notes().size() == 1);
  CHECK(says(data->notes()[0],
             "left out: .csv files 1, TIFF images 2, broken links 2, files without an extension 1, "
             "hidden files 1, hidden folders 1, pipes, sockets and devices 1"));
  fs::remove(desk.folder + "/a/1.png");
  CHECK(says(desk.complaint(), "holds no images", "TIFF images 2"));
}

TEST_CASE("images: a file is an image by its content") {
  const Desk desk;
  desk.write("a.jfif", jpeg(8, 8, 1));
  desk.write("b.jpe", jpeg(8, 8, 1));
  desk.write("c", png(8, 8, 3, 7));
  desk.write("d.dat", png(8, 8, 3, 8));
  desk.write("e.jpg", png(8, 8, 3, 9));
  const auto data = desk.open();
  CHECK(data->size() == 5);
  CHECK(data->notes().empty());
  CHECK(first_byte(*data, 2) == 7);
  CHECK(first_byte(*data, 4) == 9);
}

TEST_CASE("images: links are followed, but not in circles") {
  const Desk desk;
  desk.write("a/1.png", png(8, 8, 3, 1));
  desk.scratch.write("elsewhere/deep/2.png", png(8, 8, 3, 2));
  desk.scratch.write("class/3.png", png(8, 8, 3, 3));
  fs::create_directory_symlink(desk.scratch / "elsewhere", desk.folder + "/a/linked");
  fs::create_directory_symlink(desk.scratch / "class", desk.folder + "/b");
  fs::create_directory_symlink(".", desk.folder + "/a/self");        // a again
  fs::create_directory_symlink("..", desk.folder + "/a/up");         // the set
  fs::create_directory_symlink("../..", desk.folder + "/a/higher");  // and what holds it
  fs::create_directory_symlink(".", desk.folder + "/set");           // no class
  const auto data = desk.open();
  CHECK(data->class_names() == std::vector<std::string>{"a", "b"});
  REQUIRE(data->size() == 3);
  CHECK(first_byte(*data, 1) == 2);
  CHECK(data->label(2) == 1);
  REQUIRE(data->notes().size() == 1);
  CHECK(says(data->notes()[0],
             "left out: links to folders above 3, links to folders already read 1"));
}

TEST_CASE("images: one channel if all are gray, or as requested") {
  const Desk desk;
  desk.write("a.png", png(8, 8, 1, 11));
  desk.write("b.png", png(8, 8, 2, 22));
  const auto grey = desk.open();
  CHECK(grey->channels() == 1);
  CHECK(first_byte(*grey, 1) == 22);
  CHECK(desk.open()->channels() == 1);  // from the cache
  CHECK(desk.open({.resize = 4})->image_size() == 16);
  const auto rgb = desk.open({.channels = 3});
  std::vector<std::uint8_t> pixels(rgb->image_size());
  rgb->read(1, pixels.data());
  CHECK(pixels[0] == 22);
  CHECK(pixels[2] == 22);

  std::string white_and_blue;
  const std::uint8_t two[] = {255, 255, 255, 0, 0, 255};
  stbi_write_png_to_func(append, &white_and_blue, 2, 1, 3, two, 6);
  const Desk colors;
  colors.write("a.png", white_and_blue);
  const auto luma = colors.open({.channels = 1});
  luma->read(0, pixels.data());
  CHECK(pixels[0] == 255);
  CHECK(pixels[1] == 29);  // 0.114 of 255
  CHECK(datasets::open("shapes", {.resize = 8, .channels = 1})->image_size() == 64);
  CHECK(says(colors.complaint({.channels = 2}), "1 or 3 channels, not 2"));
}

TEST_CASE("images: EXIF's orientation is counted, and applied if asked") {
  const Desk desk;
  desk.write("a.jpg", jpeg(8, 8, 1));
  const std::string turned = desk.write("b.jpg", with_orientation(jpeg(8, 16, 1), 6));
  CHECK(says(desk.complaint(), "several sizes", "8x16"));
  const auto stored = desk.open({.resize = 8});
  REQUIRE(stored->notes().size() == 1);
  CHECK(says(stored->notes()[0], "1 of 2 images have an EXIF orientation",
             "--set data.orientation=apply", "the first is " + turned));
  CHECK(desk.open({.resize = 8})->notes() == stored->notes());  // from the cache
  const auto applied = desk.open({.resize = 8, .orientation = datasets::Orientation::apply});
  REQUIRE(applied->notes().size() == 1);
  CHECK(says(applied->notes()[0], "1 of 2 images were rotated"));
  std::vector<std::uint8_t> a(stored->image_size()), b(a.size());
  stored->read(1, a.data());
  applied->read(1, b.data());
  CHECK(a != b);
}

TEST_CASE("images: without subfolders, gray and alpha") {
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

TEST_CASE("images: different sizes need resize") {
  const Desk desk;
  desk.write("a.png", png(8, 6, 3, 1));
  desk.write("b.png", png(12, 20, 3, 2));
  CHECK(says(desk.complaint(), desk.folder + "/a.png is 8x6", desk.folder + "/b.png is 12x20",
             "--set data.resize=8, for instance"));  // the shorter side of 8x6, as networks take it
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
