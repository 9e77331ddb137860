#include "datasets/shapes.h"

#include <doctest/doctest.h>

#include <array>
#include <string_view>
#include <unordered_set>

using datasets::Dataset;
using datasets::Index;
using datasets::Shapes;

namespace {

std::string image(const Dataset& data, Index i) {
  std::string pixels(data.image_size(), '\0');
  data.read(i, reinterpret_cast<std::uint8_t*>(pixels.data()));
  return pixels;
}

}  // namespace

TEST_CASE("shapes: every image of both splits is distinct, classes are balanced") {
  const Shapes train, test({.test = true});
  CHECK(train.size() == 60'000);
  CHECK(test.size() == 10'000);
  std::unordered_set<std::size_t> hashes;
  std::array<Index, 10> count{};
  for (const Dataset* data :
       {static_cast<const Dataset*>(&train), static_cast<const Dataset*>(&test)})
    for (Index i = 0; i < data->size(); ++i) {
      hashes.insert(std::hash<std::string>()(image(*data, i)));
      ++count[data->label(i)];
    }
  CHECK(hashes.size() == 70'000);
  for (const Index of_class : count) CHECK(of_class == 7'000);
}

TEST_CASE("shapes: an image depends on its index alone") {
  const Shapes one, other;
  const std::string before = image(one, 4321);
  image(one, 7);
  CHECK(image(one, 4321) == before);
  CHECK(image(other, 4321) == before);
}

TEST_CASE("shapes: extents, names and other sides") {
  const Shapes data, large({.resize = 64});
  CHECK(data.height() == 32);
  CHECK(data.width() == 32);
  CHECK(data.channels() == 3);
  CHECK(data.classes() == 10);
  CHECK(data.class_names()[data.label(16)] == "star");
  CHECK(large.height() == 64);
  CHECK(image(large, 5).size() == 64 * 64 * 3);
}
