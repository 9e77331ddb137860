#include "datasets/loader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "datasets/shapes.h"
#include "tests/datasets/scratch.h"

using namespace datasets;

namespace {

// `size` images of 2x3x1; image i is labeled i and holds i, i + 1, ..., i + 5.
class Counting : public Dataset {
 public:
  explicit Counting(Index size, Index broken = -1)
      : Dataset({.name = "counting",
                 .description = "for tests",
                 .size = size,
                 .height = 2,
                 .width = 3,
                 .channels = 1}),
        broken_(broken) {}
  void read(Index i, std::uint8_t* pixels) const override {
    engine::check(i != broken_, "image ", i, " is broken");
    for (int j = 0; j < 6; ++j) pixels[j] = static_cast<std::uint8_t>(i + j);
  }
  int label(Index i) const override { return static_cast<int>(i); }

 private:
  Index broken_;
};

struct Filled {
  std::vector<Real> images;
  std::vector<int> labels;
  bool operator==(const Filled&) const = default;
};

Filled filled(const Dataset& data, const LoaderOptions& options, Index k) {
  Filled batch{std::vector<Real>(options.batch * data.image_size()),
               std::vector<int>(options.batch)};
  fill_batch(data, options, k, batch.images, batch.labels);
  return batch;
}

Filled next(Loader& loader) {
  const Batch batch = loader.next();
  return {batch.images.values(), {batch.labels.begin(), batch.labels.end()}};
}

}  // namespace

TEST_CASE("batch: every image once an epoch, in another order each time") {
  const Counting data(60);
  const LoaderOptions options{.batch = 12, .seed = 3};
  std::vector<int> epochs[2];
  for (Index k = 0; k < 10; ++k) {
    const Filled batch = filled(data, options, k);
    std::vector<int>& epoch = epochs[k / 5];
    epoch.insert(epoch.end(), batch.labels.begin(), batch.labels.end());
  }
  CHECK(epochs[0] != epochs[1]);
  for (std::vector<int>& epoch : epochs) {
    CHECK(!std::ranges::is_sorted(epoch));
    CHECK(std::set<int>(epoch.begin(), epoch.end()).size() == 60);
  }
}

TEST_CASE("batch: the order is fair, follows the seed, and can be plain") {
  const LoaderOptions one{.seed = 1}, other{.seed = 2}, plain{.shuffle = false};
  CHECK(epoch_order(100, one, 0) == epoch_order(100, one, 0));
  CHECK(epoch_order(100, one, 0) != epoch_order(100, other, 0));
  CHECK(std::ranges::is_sorted(epoch_order(100, plain, 5)));
  int first[3] = {};
  for (Index epoch = 0; epoch < 3000; ++epoch) ++first[epoch_order(3, one, epoch)[0]];
  for (const int times : first) CHECK(std::abs(times - 1000) < 130);  // five standard deviations
}

TEST_CASE("batch: values, the last incomplete batch, and too small a set") {
  const Counting data(11);
  const LoaderOptions options{.batch = 4, .shuffle = false};
  CHECK(batches_per_epoch(data, options) == 2);
  CHECK(filled(data, options, 1).labels == std::vector<int>{4, 5, 6, 7});
  CHECK(filled(data, options, 2).labels == std::vector<int>{0, 1, 2, 3});  // the next epoch
  CHECK(filled(data, options, 1).images[2] == doctest::Approx(6 / 127.5 - 1));
  CHECK(says(complaint([&] { filled(data, {.batch = 12}, 0); }), "counting", "11 images", "12"));
  CHECK(says(complaint([&] { filled(data, {.batch = 0}, 0); }), "batch=0"));
}

TEST_CASE("loader: a set on the device and a shift exclude each other") {
  const Counting data(8);
  const std::string text =
      complaint([&] { Loader(data, {.batch = 4, .shift = 1, .resident = true}); });
  CHECK(says(text, "shift=1", "device", "resident=false"));
  CHECK(says(complaint([&] { Loader(data, {.batch = 4, .cutout = 1, .resident = true}); }),
             "cutout=1", "resident=false"));
}

TEST_CASE("batch: images are moved by up to `shift` pixels each way, edges mirrored") {
  const Shapes data({.resize = 8});
  const LoaderOptions still{.batch = 200, .seed = 4};
  LoaderOptions moving = still;
  moving.shift = 2;
  const Filled from = filled(data, still, 0), to = filled(data, moving, 0);
  CHECK(to.labels == from.labels);
  const auto mirrored = [](int i) { return i < 0 ? -i : i > 7 ? 14 - i : i; };
  std::set<std::pair<int, int>> seen;
  for (Index i = 0; i < 200; ++i) {
    const Real *before = &from.images[i * 192], *after = &to.images[i * 192];
    int matches = 0;
    for (int down = -2; down <= 2; ++down)
      for (int right = -2; right <= 2; ++right) {
        bool same = true;
        for (int y = 0; y < 8; ++y)
          for (int x = 0; x < 24; ++x)
            same =
                same && after[y * 24 + x] ==
                            before[mirrored(y - down) * 24 + mirrored(x / 3 - right) * 3 + x % 3];
        if (same) seen.insert({down, right});
        matches += same;
      }
    CHECK(matches >= 1);
  }
  CHECK(seen.size() == 25);  // 200 draws miss one of 25 once in 7,000 times; this seed does not
  moving.shift = 8;
  CHECK(says(complaint([&] { filled(data, moving, 0); }), "shift=8"));
}

TEST_CASE("batch: cutout makes one square mid-gray, anywhere, and changes nothing else") {
  const Shapes data({.resize = 8});
  for (const bool dequantize : {false, true}) {
    const LoaderOptions whole{.batch = 1000, .seed = 6, .flip = true, .dequantize = dequantize};
    LoaderOptions cut = whole;
    cut.cutout = 3;
    const Filled from = filled(data, whole, 0), to = filled(data, cut, 0);
    std::set<std::pair<int, int>> seen;
    for (Index i = 0; i < 1000; ++i) {
      const Real *before = &from.images[i * 192], *after = &to.images[i * 192];
      int matches = 0;
      for (int cy = 0; cy < 8; ++cy)
        for (int cx = 0; cx < 8; ++cx) {
          bool same = true;
          for (int j = 0; j < 192; ++j) {
            const int y = j / 24, x = j % 24 / 3;
            const bool inside = std::abs(y - cy) <= 1 && std::abs(x - cx) <= 1;
            same = same && after[j] == (inside ? Real(0) : before[j]);
          }
          if (same) seen.insert({cy, cx});
          matches += same;
        }
      CHECK(matches == 1);
    }
    // 1,000 draws miss one of 64 once in 100,000 times; this seed does not.
    CHECK(seen.size() == 64);
  }
  CHECK(says(complaint([&] { filled(data, {.batch = 4, .cutout = -1}, 0); }), "cutout=-1"));
}

TEST_CASE("batch: all options stay in [-1, 1]; noise is fresh and where it belongs") {
  const Shapes data;
  for (const bool dequantize : {false, true}) {
    const LoaderOptions options{.batch = 256, .dequantize = dequantize};
    const Filled batch = filled(data, options, 5);
    const auto [low, high] = std::ranges::minmax(batch.images);
    CHECK(low >= -1);
    CHECK(high <= 1);
    CHECK(high > 0.9);
  }
  const Counting counting(8);
  const LoaderOptions noisy{.batch = 8, .shuffle = false, .dequantize = true};
  const Filled batch = filled(counting, noisy, 0);
  std::set<Real> fractions;
  for (Index i = 0; i < 48; ++i) {
    const Real level = (batch.images[i] + 1) * 128 - (i / 6 + i % 6);
    CHECK(level >= 0);
    CHECK(level < 1.0001);
    fractions.insert(level);
  }
  CHECK(fractions.size() > 40);
  CHECK(filled(counting, noisy, 1) != batch);
}

TEST_CASE("batch: a flip mirrors about half of the images") {
  const Counting data(200);
  const LoaderOptions options{.batch = 200, .shuffle = false, .flip = true};
  const Filled plain = filled(data, {.batch = 200, .shuffle = false}, 0);
  const Filled flipped = filled(data, options, 0);
  int mirrored = 0;
  for (Index i = 0; i < 200; ++i) {
    const Real* was = &plain.images[6 * i];
    const Real* is = &flipped.images[6 * i];
    if (std::equal(was, was + 6, is)) continue;
    ++mirrored;
    for (int y = 0; y < 2; ++y)
      for (int x = 0; x < 3; ++x) CHECK(is[3 * y + x] == was[3 * y + 2 - x]);
  }
  CHECK(std::abs(mirrored - 100) < 36);  // five standard deviations
}

TEST_CASE("loader: gives what fill_batch gives, from any position") {
  const Shapes data;
  const LoaderOptions options{.batch = 8, .seed = 9, .flip = true, .dequantize = true};
  Loader loader(data, options);
  CHECK(loader.batches_per_epoch() == 7500);
  for (Index k = 0; k < 5; ++k) CHECK(next(loader) == filled(data, options, k));
  for (const Index k : {Index{2}, Index{7499}, Index{1'000'000}, Index{0}}) {
    loader.seek(k);
    CHECK(loader.position() == k);
    CHECK(next(loader) == filled(data, options, k));
    CHECK(next(loader) == filled(data, options, k + 1));  // over the end of an epoch, too
    CHECK(loader.position() == k + 2);
  }
  const Batch batch = loader.next();
  CHECK(batch.number == 2);
  CHECK(batch.images.shape() == engine::Shape{8, 32, 32, 3});
}

TEST_CASE("loader: labels as a tensor are those of the batch, resident or not") {
  const Counting data(60);
  for (const bool resident : {false, true}) {
    Loader loader(data, {.batch = 7, .labels = true, .resident = resident});
    for (int i = 0; i < 10; ++i) {
      const Batch batch = loader.next();
      const std::vector<Real> classes = batch.classes.values();
      CHECK(std::ranges::equal(classes, batch.labels));
    }
  }
  Loader plain(data, {.batch = 7});
  CHECK(!plain.next().classes.defined());
}

TEST_CASE("loader: a resident set gives the same batches, to the bit") {
  const Counting data(60);
  for (const bool flip : {false, true})
    for (const bool dequantize : {false, true}) {
      LoaderOptions options{.batch = 7, .seed = 5, .flip = flip, .dequantize = dequantize};
      Loader host(data, options);
      options.resident = true;
      Loader resident(data, options);
      for (const Index start : {Index{0}, host.batches_per_epoch() - 2}) {
        host.seek(start);
        resident.seek(start);
        for (int i = 0; i < 4; ++i) CHECK(next(resident) == next(host));
        CHECK(resident.position() == host.position());
      }
    }
}

TEST_CASE("loader: any depth of prefetch, and seeks in quick succession") {
  const Counting data(40);
  for (const int prefetch : {1, 2, 7}) {
    const LoaderOptions options{.batch = 4, .prefetch = prefetch};
    Loader loader(data, options);
    for (Index k = 0; k < 50; ++k) {
      loader.seek(3 * k);
      loader.seek(k);
      CHECK(next(loader) == filled(data, options, k));
    }
  }
  CHECK(says(complaint([&] { Loader(data, {.batch = 4, .prefetch = 0}); }), "prefetch=0"));
}

TEST_CASE("loader: an error of the background reaches next(), and seek goes past it") {
  const Counting data(40, 17);
  const LoaderOptions options{.batch = 4, .shuffle = false};
  Loader loader(data, options);
  for (Index k = 0; k < 4; ++k) CHECK(loader.next().number == k);
  for (int twice = 0; twice < 2; ++twice)
    CHECK(complaint([&] { loader.next(); }) == "image 17 is broken");
  loader.seek(5);
  CHECK(loader.next().labels[0] == 20);
}

TEST_CASE("loader: may be destroyed at any moment") {
  const Shapes data;
  for (int i = 0; i < 50; ++i) {
    Loader loader(data, {.batch = 16});
    if (i % 3 == 1) loader.seek(i);
    if (i % 3 == 2) loader.next();
  }
  const Counting broken(4, 1);
  const Loader loader(broken, {.batch = 4});
  CHECK(says(complaint([&] { Loader(data, {.batch = 60'001}); }), "60000", "60001"));
}
