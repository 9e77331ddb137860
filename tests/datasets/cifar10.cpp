#include <doctest/doctest.h>
#include <sys/stat.h>

#include <vector>

#include "datasets/dataset.h"
#include "tests/datasets/scratch.h"

namespace {

// A record whose red, green and blue planes start at 10, 20 and 30 and count up by column.
std::string record(char label) {
  std::string bytes(1, label);
  for (const int base : {10, 20, 30})
    for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(base + i % 32);
  return bytes;
}

void write_batches(const Scratch& scratch, const std::string& folder = "") {
  for (int i = 1; i <= 5; ++i)
    scratch.write(folder + "data_batch_" + std::to_string(i) + ".bin",
                  record(static_cast<char>(i)) + record(9));
  scratch.write(folder + "test_batch.bin", record(7));
}

}  // namespace

TEST_CASE("cifar10: records, splits, planes") {
  const Scratch scratch;
  write_batches(scratch, "cifar-10-batches-bin/");
  for (const std::string folder : {"", "/cifar-10-batches-bin"}) {
    const auto train = datasets::open("cifar10:" + scratch.path() + folder);
    CHECK(train->size() == 10);
    CHECK(train->description().starts_with("10 CIFAR-10 training images in "));
    CHECK(train->class_names().at(9) == "truck");
    REQUIRE(train->notes().size() == 5);
    CHECK(says(train->notes()[0], "data_batch_1.bin", "holds 2 images", "10000"));
    CHECK(train->label(2) == 2);
    CHECK(train->label(3) == 9);
    std::vector<std::uint8_t> pixels(train->image_size());
    train->read(4, pixels.data());
    CHECK(pixels[0] == 10);
    CHECK(pixels[1] == 20);
    CHECK(pixels[2] == 30);
    CHECK(pixels[(32 + 5) * 3 + 1] == 25);  // row 1, column 5, green
  }
  const auto test = datasets::open("cifar10:" + scratch.path(), {.resize = 16, .test = true});
  CHECK(test->size() == 1);
  CHECK(test->label(0) == 7);
  CHECK(test->height() == 16);
}

TEST_CASE("cifar10: bad files") {
  const Scratch scratch;
  write_batches(scratch);
  const auto opening = [&] { datasets::open("cifar10:" + scratch.path()); };
  const std::string path = scratch.write("data_batch_3.bin", record(1).substr(1));
  CHECK(says(complaint(opening), path, "3072 bytes", "30730000", "get_cifar10"));
  scratch.write("data_batch_3.bin", "");
  CHECK(says(complaint(opening), path, " 0 bytes"));
  scratch.write("data_batch_3.bin", record(1) + record(10));
  CHECK(says(complaint(opening), path, "offset 3073", "label 10"));
  std::filesystem::remove(path);
  CHECK(says(complaint(opening), path, "no such file", "binary version"));
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(says(complaint(opening), path, "is a pipe"));
}
