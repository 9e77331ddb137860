// Augmentations: what each does to an image, that gradients flow through them, that training with
// them resumes bit-for-bit.
#include "gan/training/augmentations.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "engine/engine.h"
#include "engine/file.h"
#include "gan/run/checkpoint.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "tests/datasets/scratch.h"
#include "tests/support/resumed.h"

namespace {

using engine::Index;
using engine::Real;
using engine::Tensor;
using gan::training::Augmenter;
using gan::training::Config;

constexpr gan::models::ImageSize kSize = {16, 24, 3};
constexpr Index kCount = 40, kPixels = 16 * 24 * 3;

Tensor augmented(const std::string& text, const Tensor& images, std::uint64_t seed = 1) {
  engine::seed(seed);
  return Augmenter(text, kSize)(images);
}

Tensor noise() {
  engine::seed(9);
  return engine::uniform({kCount, 16, 24, 3}, -1, 1);
}

TEST_CASE("augmentations: none changes nothing and draws nothing; the others do, anew each time") {
  const Tensor images = noise();
  const engine::RandomState before = [] {
    engine::seed(1);
    return engine::random_state();
  }();
  CHECK(augmented("none", images).values() == images.values());
  CHECK(engine::random_state() == before);
  for (const std::string name : {"color", "translation", "cutout", "color,translation,cutout"}) {
    CAPTURE(name);
    const std::vector<Real> once = augmented(name, images).values();
    CHECK(once != images.values());
    CHECK(once == augmented(name, images).values());
    CHECK(once != augmented(name, images, 2).values());
  }
}

TEST_CASE("augmentations: color keeps one number of each kind an image") {
  // A gray image changes only in brightness and contrast, a flat one only in brightness.
  const std::vector<Real> flat = augmented("color", engine::zeros({kCount, 16, 24, 3})).values();
  std::set<Real> shades;
  for (Index i = 0; i < kCount; ++i) {
    const Real shade = flat[i * kPixels];
    for (Index j = 0; j < kPixels; ++j) CHECK(flat[i * kPixels + j] == doctest::Approx(shade));
    CHECK(std::abs(shade) <= 0.5F);
    shades.insert(shade);
  }
  CHECK(shades.size() == kCount);
  // Differences of pixels of one channel change by contrast and saturation together: up to 3.
  const Tensor images = noise();
  const std::vector<Real> in = images.values(), out = augmented("color", images).values();
  for (Index i = 0; i < kCount; ++i) {
    // The mean over the channels of a pixel knows of contrast alone.
    const auto grey = [&](const std::vector<Real>& x, Index pixel) {
      const Real* p = &x[i * kPixels + 3 * pixel];
      return (double{p[0]} + p[1] + p[2]) / 3;
    };
    const double contrast = (grey(out, 7) - grey(out, 0)) / (grey(in, 7) - grey(in, 0));
    CHECK(contrast > 0.49);
    CHECK(contrast < 1.51);
    for (const Index pixel : {20, 77})
      CHECK(grey(out, pixel) - grey(out, 0) ==
            doctest::Approx(contrast * (grey(in, pixel) - grey(in, 0))).epsilon(1e-3));
  }
}

TEST_CASE("augmentations: translation moves by up to an eighth, and zeros come in") {
  const Tensor images = noise();
  const std::vector<Real> in = images.values(), out = augmented("translation", images).values();
  const auto pixel = [](const std::vector<Real>& x, Index i, Index row, Index column) {
    const bool inside = row >= 0 && row < 16 && column >= 0 && column < 24;
    return inside ? x[((i * 16 + row) * 24 + column) * 3 + 1] : Real(0);
  };
  std::set<Index> downs, rights;
  for (Index i = 0; i < kCount; ++i) {
    int fits = 0;
    for (Index down = -2; down <= 2; ++down)
      for (Index right = -3; right <= 3; ++right) {
        bool same = true;
        for (Index row = 0; row < 16 && same; ++row)
          for (Index column = 0; column < 24 && same; ++column)
            same = pixel(out, i, row, column) == pixel(in, i, row - down, column - right);
        if (!same) continue;
        ++fits;
        downs.insert(down);
        rights.insert(right);
      }
    CHECK(fits == 1);
  }
  CHECK(downs.size() == 5);
  CHECK(rights.size() == 7);
}

TEST_CASE("augmentations: cutout leaves out one rectangle of half of each side, cut by the edges") {
  const std::vector<Real> out = augmented("cutout", engine::ones({kCount, 16, 24, 3})).values();
  Index largest = 0;
  for (Index i = 0; i < kCount; ++i) {
    Index top = 16, bottom = -1, left = 24, right = -1, zeros = 0;
    for (Index row = 0; row < 16; ++row)
      for (Index column = 0; column < 24; ++column) {
        const Real* p = &out[((i * 16 + row) * 24 + column) * 3];
        CHECK((p[0] == 0 || p[0] == 1));
        CHECK((p[0] == p[1] && p[1] == p[2]));
        if (p[0] != 0) continue;
        ++zeros;
        top = std::min(top, row), bottom = std::max(bottom, row);
        left = std::min(left, column), right = std::max(right, column);
      }
    const Index height = bottom - top + 1, width = right - left + 1;
    CHECK(zeros == height * width);
    CHECK(height >= 4);
    CHECK(height <= 8);
    CHECK(width >= 6);
    CHECK(width <= 12);
    CHECK((height == 8 || top == 0 || bottom == 15));
    largest = std::max(largest, zeros);
  }
  CHECK(largest == 8 * 12);
}

TEST_CASE("augmentations: gradients flow through all of them, to second order") {
  const Tensor images = noise();
  const auto value = [](const Tensor& x) {
    return sum(square(augmented("color,translation,cutout", x)));
  };
  const Tensor g = grad(value(images), {images}, /*differentiable=*/true)[0];
  // value is quadratic up to the brightness: <H v, v> is twice the value's growth along v.
  const Tensor zero = engine::zeros(images.shape());
  const double at_zero = value(zero).item(), at_x = value(images).item(),
               at_minus = value(-images).item();
  CHECK(sum(g * images).item() ==
        doctest::Approx(2 * (at_x - at_zero) - (at_x - at_minus) / 2).epsilon(1e-3));
  const Tensor second = grad(sum(g * images.detach()), {images})[0];
  CHECK(sum(second * images).item() ==
        doctest::Approx(at_x + at_minus - 2 * at_zero).epsilon(1e-3));
}

TEST_CASE("augmentations: a run resumes bit-for-bit with each, and they reach the weights") {
  const Scratch scratch;
  const auto data = datasets::open("shapes", {.resize = 16});
  std::set<std::string> ends;
  for (const std::string augment : {"none", "color", "translation", "cutout,color"}) {
    CAPTURE(augment);
    Config config = gan::training::find_preset("own-images").config();
    config.batch = config.g_batch = 4;
    config.resize = 16;
    config.augment = augment;
    config.loss = "relativistic-hinge";
    const std::string whole = tests::after(scratch, config, *data, 4);
    CHECK(tests::resumed_after(scratch, config, *data, 4) == whole);
    ends.insert(whole);
  }
  CHECK(ends.size() == 4);
}

TEST_CASE("augmentations: unknown names and those given twice are refused") {
  const auto refusal = [](const char* assignment) {
    return complaint([&] {
      Config config;
      set(config, assignment);
      validate(config);
    });
  };
  CHECK(says(refusal("augment=colour"), "'colour'", "none, color, translation or cutout"));
  CHECK(says(refusal("augment=color,color"), "color is given twice"));
  CHECK(says(refusal("augment="), "augmentation ''"));
  CHECK(says(refusal("augment=color,"), "augmentation ''"));
}

}  // namespace
