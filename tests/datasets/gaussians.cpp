// Points of the plane: where they lie, how modes are counted, their picture.
#include "datasets/gaussians.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engine/file.h"
#include "tests/datasets/scratch.h"

using datasets::Gaussians;
using datasets::Index;
using engine::Real;

namespace {

// A point as a dequantized batch has it, on average.
std::vector<Real> point(const datasets::Dataset& data, Index i) {
  std::uint8_t bytes[2];
  data.read(i, bytes);
  return {Real((bytes[0] + 0.5) / 128 - 1), Real((bytes[1] + 0.5) / 128 - 1)};
}

const Gaussians& as_gaussians(const datasets::Dataset& data) {
  return dynamic_cast<const Gaussians&>(data);
}

}  // namespace

TEST_CASE("gaussians: points lie around their modes, as far as said") {
  struct Example {
    const char* spec;
    int modes;
    double deviation;
  };
  for (const Example& example :
       {Example{"gaussians:8", 8, 0.008}, Example{"gaussians:25", 25, 0.01}}) {
    CAPTURE(example.spec);
    const auto data = datasets::open(example.spec);
    CHECK(data->size() == 100'000);
    CHECK(data->classes() == example.modes);
    CHECK(datasets::is_plane(data->height(), data->width(), data->channels()));
    const Index n = 5'000;
    std::vector<double> x(example.modes), y(example.modes);
    std::vector<Real> all;
    for (Index i = 0; i < n; ++i) {
      const std::vector<Real> p = point(*data, i);
      x[data->label(i)] += p[0] * example.modes / n;
      y[data->label(i)] += p[1] * example.modes / n;
      all.insert(all.end(), p.begin(), p.end());
    }
    double square = 0;
    for (Index i = 0; i < n; ++i) {
      const std::vector<Real> p = point(*data, i);
      square += std::pow(p[0] - x[data->label(i)], 2) + std::pow(p[1] - y[data->label(i)], 2);
    }
    // The bytes add the variance of a step of 1/128.
    const double expected = std::sqrt(std::pow(example.deviation, 2) + 1 / (12 * 128.0 * 128));
    CHECK(std::sqrt(square / (2 * n)) == doctest::Approx(expected).epsilon(0.03));
    const datasets::ModeCount count = as_gaussians(*data).modes(all);
    CHECK(count.found == example.modes);
    CHECK(count.modes == example.modes);
    CHECK(count.share > 0.97);  // e^(-9/2) lie outside, and the bytes move some more there
  }
  const auto ring = datasets::open("gaussians:8"), grid = datasets::open("gaussians:25");
  CHECK(std::hypot(point(*ring, 3)[0], point(*ring, 3)[1]) == doctest::Approx(0.8).epsilon(0.05));
  CHECK(std::abs(point(*grid, 12)[0]) < 0.05);  // the middle
}

TEST_CASE("gaussians: the test split has other points of the same modes") {
  const auto train = datasets::open("gaussians:8"),
             test = datasets::open("gaussians:8", {.test = true});
  CHECK(test->size() == 10'000);
  int same = 0;
  for (Index i = 0; i < 100; ++i) same += point(*train, i) == point(*test, i);
  CHECK(same < 20);
}

TEST_CASE("gaussians: a mode is found by one point within three deviations") {
  const auto data = datasets::open("gaussians:8");
  const auto count = [&](const std::vector<Real>& points) {
    return as_gaussians(*data).modes(points);
  };
  CHECK(count({}).found == 0);
  CHECK(count({0, 0}).found == 0);
  CHECK(count({0.8F, 0.023F}).found == 1);
  CHECK(count({0.8F, 0.025F}).found == 0);
  CHECK(count({0.8F, 0, -0.8F, 0, 0.8F, 0, 0, 0}).found == 2);
  CHECK(count({0.8F, 0, -0.8F, 0, 0.8F, 0, 0, 0}).share == 0.75);
}

TEST_CASE("gaussians: options that points do not have are refused; their picture is a PNG") {
  CHECK(says(complaint([] { datasets::open("gaussians:8", {.resize = 32}); }), "gaussians:8",
             "data.resize=32"));
  CHECK(says(complaint([] { datasets::open("gaussians:25", {.channels = 3}); }), "gaussians:25",
             "data.channels"));
  const Scratch scratch;
  const auto data = datasets::open("gaussians:25");
  const std::vector<Real> points = {0.8F, 0, 5, 5, std::nanf(""), 0};
  datasets::save_plane(scratch / "with.png", points, data.get());
  datasets::save_plane(scratch / "alone.png", points);
  CHECK(engine::read_file(scratch / "with.png").substr(1, 3) == "PNG");
  CHECK(engine::read_file(scratch / "with.png") != engine::read_file(scratch / "alone.png"));
}
