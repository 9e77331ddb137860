#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <vector>

#include "datasets/dataset.h"
#include "tests/datasets/scratch.h"

namespace {

std::string words(std::initializer_list<unsigned> values) {
  std::string bytes;
  for (const unsigned value : values)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// Images filled with 1, 2, 3, ...
std::string images(unsigned count) {
  std::string bytes = words({0x803, count, 28, 28});
  for (unsigned i = 1; i <= count; ++i) bytes.append(28 * 28, static_cast<char>(i));
  return bytes;
}

std::string labels(const std::string& values) {
  return words({0x801, static_cast<unsigned>(values.size())}) + values;
}

void write_gzipped(const std::string& path, const std::string& bytes) {
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), bytes.size());
  gzclose(file);
}

}  // namespace

TEST_CASE("mnist: plain, gzipped and both spellings") {
  const Scratch scratch;
  scratch.write("train-images-idx3-ubyte", images(3));
  write_gzipped(scratch / "train-labels-idx1-ubyte.gz", labels("\1\2\11"));
  write_gzipped(scratch / "t10k-images.idx3-ubyte.gz", images(1));
  scratch.write("t10k-labels.idx1-ubyte", labels("\4"));

  const auto train = datasets::open("mnist:" + scratch.path());
  CHECK(train->size() == 3);
  CHECK(train->channels() == 1);
  CHECK(train->height() == 28);
  CHECK(train->label(2) == 9);
  const auto colors = datasets::open("mnist:" + scratch.path(), {.channels = 3});
  CHECK(colors->label(2) == 9);
  std::vector<std::uint8_t> pixels(colors->image_size());
  colors->read(2, pixels.data());
  CHECK(pixels == std::vector<std::uint8_t>(28 * 28 * 3, 3));
  const auto test = datasets::open("mnist:" + scratch.path(), {.test = true});
  CHECK(test->size() == 1);
  CHECK(test->label(0) == 4);
}

TEST_CASE("mnist: a side of 32 pads, another scales") {
  const Scratch scratch;
  scratch.write("train-images-idx3-ubyte", images(2));
  scratch.write("train-labels-idx1-ubyte", labels("\1\2"));
  const auto padded = datasets::open("mnist:" + scratch.path(), {.resize = 32});
  std::vector<std::uint8_t> pixels(padded->image_size());
  padded->read(1, pixels.data());
  CHECK(pixels[2 * 32 + 1] == 0);
  CHECK(pixels[2 * 32 + 2] == 2);
  CHECK(pixels[29 * 32 + 29] == 2);
  CHECK(pixels[30 * 32 + 29] == 0);
  const auto scaled = datasets::open("mnist:" + scratch.path(), {.resize = 14});
  CHECK(scaled->image_size() == 14 * 14);
  scaled->read(1, pixels.data());
  CHECK(pixels[0] == 2);
}

TEST_CASE("mnist: bad files") {
  const Scratch scratch;
  const auto opening = [&] { datasets::open("mnist:" + scratch.path()); };
  const std::string path = scratch.write("train-images-idx3-ubyte", images(2));
  CHECK(says(complaint(opening), scratch / "train-labels-idx1-ubyte", "no such file"));

  const std::string tags = scratch.write("train-labels-idx1-ubyte", labels("\1"));
  CHECK(says(complaint(opening), tags, "1 labels", "2 images", path));
  scratch.write("train-labels-idx1-ubyte", labels("\1\12"));
  CHECK(says(complaint(opening), tags, "offset 9", "label 10"));
  scratch.write("train-labels-idx1-ubyte", images(2));
  CHECK(says(complaint(opening), tags, "offset 0", "2051", "2049"));

  scratch.write("train-images-idx3-ubyte", images(2).substr(0, 1000));
  CHECK(says(complaint(opening), path, "984 bytes", "offset 16", "1568"));
  scratch.write("train-images-idx3-ubyte", images(2).substr(0, 10));
  CHECK(says(complaint(opening), path, "ends at offset 10"));
  scratch.write("train-images-idx3-ubyte", words({0x803, 1, 28, 3}) + std::string(84, 'x'));
  CHECK(says(complaint(opening), path, "offset 12", "3 pixels"));

  const std::string zipped = scratch / "train-images-idx3-ubyte.gz";
  std::filesystem::remove(path);
  write_gzipped(zipped, images(200));
  std::filesystem::resize_file(zipped, std::filesystem::file_size(zipped) / 2);
  CHECK(says(complaint(opening), zipped, "damaged after offset"));
}

TEST_CASE("mnist: no more is unpacked than the header promises") {
  const Scratch scratch;
  scratch.write("train-labels-idx1-ubyte", labels("\1"));
  const std::string zipped = scratch / "train-images-idx3-ubyte.gz";
  // One image is promised; what follows is damaged, which is never seen.
  write_gzipped(zipped, words({0x803, 1, 28, 28}) + std::string(10'000'000, 'x'));
  std::filesystem::resize_file(zipped, std::filesystem::file_size(zipped) / 2);
  const auto opening = [&] { datasets::open("mnist:" + scratch.path()); };
  CHECK(says(complaint(opening), zipped, "more than the expected 784 bytes"));
  write_gzipped(zipped, words({0x803, 0xFFFFFFFF, 28, 28}) + std::string(784, 'x'));
  CHECK(says(complaint(opening), zipped, "784 bytes follow offset 16"));

  std::filesystem::remove(zipped);
  REQUIRE(::mkfifo((scratch / "train-images-idx3-ubyte").c_str(), 0600) == 0);
  CHECK(says(complaint(opening), "train-images-idx3-ubyte", "is a pipe"));
}
