// Batches of images, made on CUDA from bytes or sent there, are bit-identical to the host's, in
// calls and in replays of a captured step.
#include "engine/images.h"

#include <doctest/doctest.h>

#include "datasets/loader.h"
#include "engine/capture.h"
#include "tests/cuda/on_device.h"

using namespace tests;
using datasets::Batch;
using datasets::Loader;
using datasets::LoaderOptions;
using engine::Captured;
using engine::Device;
using engine::ImageTable;

namespace {

// Images of 3x5x3, so that neither a line nor an image is a whole number of words.
class Small : public datasets::Dataset {
 public:
  explicit Small(Index size)
      : Dataset({.name = "small",
                 .description = "for tests",
                 .size = size,
                 .height = 3,
                 .width = 5,
                 .channels = 3}) {}
  void read(Index i, std::uint8_t* pixels) const override {
    for (Index j = 0; j < image_size(); ++j)
      pixels[j] = static_cast<std::uint8_t>(engine::philox(3, i, j).word[0]);
  }
  int label(Index) const override { return 0; }
};

std::vector<Real> expected(const Small& data, const LoaderOptions& options, Index k) {
  std::vector<Real> images(options.batch * data.image_size());
  std::vector<int> labels(options.batch);
  datasets::fill_batch(data, options, k, images, labels);
  return images;
}

}  // namespace

TEST_CASE("cuda: loaders give what fill_batch gives, called and replayed, over epochs") {
  const On cuda(Device::cuda());
  const Small data(11);
  for (const bool resident : {false, true})
    for (const bool dequantize : {false, true}) {
      CAPTURE(resident);
      CAPTURE(dequantize);
      const LoaderOptions options{
          .batch = 3, .seed = 5, .flip = true, .dequantize = dequantize, .resident = resident};
      Loader called(data, options), replayed(data, options);
      Tensor first, second;  // two batches a step, as with two updates of a discriminator
      Captured step = engine::capture([&] {
        first = replayed.next().images;
        second = replayed.next().images;
      });
      for (Index k = 0; k < 14; k += 2) {
        if (k == 10) {  // a restored checkpoint
          called.seek(2);
          replayed.seek(2);
        }
        step();
        const Index at = k < 10 ? k : k - 8;
        CHECK(first.values() == expected(data, options, at));
        CHECK(second.values() == expected(data, options, at + 1));
        CHECK(called.next().images.values() == first.values());
        CHECK(called.next().images.values() == second.values());
        CHECK(replayed.position() == called.position());
      }
      CHECK(step.replays());
    }
}

TEST_CASE("cuda: a number that is no image's is reported when values are read") {
  const On cuda(Device::cuda());
  const ImageTable table(4, 1, 1, 3, [](Index i, std::uint8_t* bytes) {
    for (int j = 0; j < 3; ++j) bytes[j] = static_cast<std::uint8_t>(i);
  });
  const Tensor mirror = engine::zeros({2});
  const Tensor wrong = table.batch(Tensor::from({2}, {1, 4}), mirror);
  const std::string text = error_of([&] { (void)wrong.values(); });
  CHECK(text.find("images: index 4") != std::string::npos);
  const Tensor right = table.batch(Tensor::from({2}, {1, 3}), mirror);
  CHECK(right.values()[5] == 3 / Real(127.5) - 1);
}
