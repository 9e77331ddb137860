// capture and its parts, where steps are plain calls (on the CPU): values that the host recomputes
// for each step, and images stored as bytes.
#include "engine/capture.h"

#include <doctest/doctest.h>

#include "engine/images.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "tests/support/host.h"

using namespace tests;
using namespace engine;

namespace {

TEST_CASE("capture: on the CPU a step is called") {
  int calls = 0;
  Captured step = capture([&] { ++calls; });
  for (int i = 0; i < 5; ++i) step();
  CHECK(calls == 5);
  CHECK_FALSE(step.replays());
  CHECK_FALSE(capturing());
}

TEST_CASE("live: the value that the function has now") {
  int made = 0;
  const auto value = live<int>([&] { return ++made; });
  CHECK(value.get() == 1);
  CHECK(made == 1);
}

TEST_CASE("live_tensor: what the function shows now; another number of values is refused") {
  std::vector<Real> host = {1, 2, 3, 4};
  const auto show = [&] { return std::span<const Real>(host); };
  const Tensor x = live_tensor({2, 2}, show);
  CHECK(x.values() == host);
  host[0] = 9;
  CHECK(x.values()[0] == 1);
  const std::string text = error_of([&] { live_tensor({3}, show); });
  CHECK(text.find("4 values") != std::string::npos);
  CHECK(text.find("[3]") != std::string::npos);
}

TEST_CASE(
    "images: pixels as numbers, mirrored on request, with noise below one step of the bytes") {
  // 5 images of 2x3x1: image i holds 10 i, 10 i + 1, ...
  const auto read = [](Index i, std::uint8_t* bytes) {
    for (int j = 0; j < 6; ++j) bytes[j] = static_cast<std::uint8_t>(10 * i + j);
  };
  const ImageTable table(5, 2, 3, 1, read);
  const Tensor number = Tensor::from({2}, {4, 1}), mirror = Tensor::from({2}, {0, 1});
  const std::vector<Real> plain = table.batch(number, mirror).values();
  const int expected[] = {40, 41, 42, 43, 44, 45, 12, 11, 10, 15, 14, 13};
  for (int i = 0; i < 12; ++i) CHECK(plain[i] == expected[i] / Real(127.5) - 1);

  const RandomStream noise{7, 3};
  const Tensor noisy = table.noisy_batch(number, mirror, noise);
  CHECK(noisy.shape() == Shape{2, 2, 3, 1});
  const std::vector<Real> values = noisy.values();
  for (int i = 0; i < 12; ++i) {
    // Each image begins a block of four words anew: 6 elements take two blocks.
    const Random4 words = philox(noise.seed, noise.stream, i / 6 * 2 + i % 6 / 4);
    CHECK(values[i] == (expected[i] + Real(unit_interval(words.word[i % 6 % 4]))) / 128 - 1);
  }
  const std::string text =
      error_of([&] { table.batch(Tensor::from({1}, {5}), zeros({1})).values(); });
  CHECK(text.find("images: index 5") != std::string::npos);
}

}  // namespace
