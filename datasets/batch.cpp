#include "datasets/batch.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/check.h"
#include "engine/grey_levels.h"

namespace datasets {
namespace {

// Streams of one seed: the purpose in the top bits, the epoch or batch number below.
enum class Purpose : std::uint64_t {
  order = 0xD1,
  flip = 0xD2,
  noise = 0xD3,
  shift = 0xD4,
  cutout = 0xD5
};

std::uint64_t stream(Purpose purpose, Index number) {
  return static_cast<std::uint64_t>(purpose) << 56 | static_cast<std::uint64_t>(number);
}

// Word number i of a stream.
std::uint32_t word(std::uint64_t seed, std::uint64_t stream, Index i) {
  return engine::philox(seed, stream, i / 4).word[i % 4];
}

void mirror(std::uint8_t* pixels, int height, int width, int channels) {
  for (int y = 0; y < height; ++y) {
    std::uint8_t* row = pixels + Index{y} * width * channels;
    for (int left = 0, right = width - 1; left < right; ++left, --right)
      std::swap_ranges(row + left * channels, row + (left + 1) * channels, row + right * channels);
  }
}

// Pixel i of a row of n with mirrored borders: ... 2 1 0 1 2 ... n-2 n-1 n-2 ...
int mirrored(int i, int n) {
  if (i < 0) i = -i;
  return i < n ? i : 2 * (n - 1) - i;
}

void move(std::vector<std::uint8_t>& pixels, const Dataset& data, int down, int right,
          std::vector<std::uint8_t>& scratch) {
  scratch = pixels;
  const int height = data.height(), width = data.width(), channels = data.channels();
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      std::copy_n(
          &scratch[(Index{mirrored(y - down, height)} * width + mirrored(x - right, width)) *
                   channels],
          channels, &pixels[(Index{y} * width + x) * channels]);
}

// A square of `side` pixels around pixel (y, x), clipped to the image, becomes mid-gray.
void cut_out(std::span<Real> image, const Dataset& data, int side, int y, int x) {
  const int top = std::max(0, y - side / 2), bottom = std::min(data.height(), y - side / 2 + side);
  const int left = std::max(0, x - side / 2), right = std::min(data.width(), x - side / 2 + side);
  for (int row = top; row < bottom; ++row)
    std::fill_n(&image[(Index{row} * data.width() + left) * data.channels()],
                (right - left) * data.channels(), Real(0));
}

void to_reals(std::span<const std::uint8_t> pixels, std::span<Real> out) {
  for (std::size_t i = 0; i < pixels.size(); ++i) out[i] = engine::from_grey(pixels[i]);
}

// `first` is the number of the first word of noise to use, a multiple of 4.
void dequantize(std::span<const std::uint8_t> pixels, const engine::RandomStream& from, Index first,
                std::span<Real> out) {
  for (std::size_t i = 0; i < pixels.size(); i += 4) {
    const engine::Random4 random = engine::philox(from.seed, from.stream, (first + i) / 4);
    for (std::size_t j = 0; j < 4 && i + j < pixels.size(); ++j)
      out[i + j] = engine::from_grey(pixels[i + j], random.word[j]);
  }
}

}  // namespace

Index batches_per_epoch(const Dataset& data, const LoaderOptions& options) {
  engine::check(options.batch >= 1, "batch=", options.batch, ": must be at least 1");
  engine::check(options.parts >= 1 && options.batch % options.parts == 0, "batch=", options.batch,
                ": ", options.parts, " processes cannot share it evenly");
  engine::check(data.size() >= options.batch, data.name(), ": its ", data.size(),
                " images are fewer than one batch of ", options.batch,
                "; use a smaller batch or more images");
  engine::check(options.shift >= 0 && options.shift < std::min(data.height(), data.width()),
                "shift=", options.shift,
                ": must be at least 0 and less than the side of the images");
  engine::check(options.cutout >= 0, "cutout=", options.cutout, ": must be 0 or more pixels");
  return data.size() / options.batch;
}

std::vector<Index> epoch_order(Index size, const LoaderOptions& options, Index epoch) {
  std::vector<Index> order;
  epoch_order(size, options, epoch, order);
  return order;
}

void epoch_order(Index size, const LoaderOptions& options, Index epoch, std::vector<Index>& order) {
  order.resize(size);
  std::iota(order.begin(), order.end(), Index{0});
  if (!options.shuffle) return;
  const std::uint64_t orders = stream(Purpose::order, epoch);
  for (Index i = size - 1; i > 0; --i) {
    // A 32-bit word scaled to 0 .. i: the bias is i / 2^32, negligible for a shuffle.
    const Index j =
        static_cast<Index>(std::uint64_t{word(options.seed, orders, i)} * (i + 1) >> 32);
    std::swap(order[i], order[j]);
  }
}

bool mirrored(const LoaderOptions& options, Index k, Index i) {
  return options.flip && word(options.seed, stream(Purpose::flip, k), i) >> 31;
}

engine::RandomStream noise_stream(const LoaderOptions& options, Index k) {
  return {options.seed, stream(Purpose::noise, k)};
}

void fill_batch(const Dataset& data, const LoaderOptions& options, Index k, std::span<Real> images,
                std::span<int> labels) {
  const Index epoch = k / batches_per_epoch(data, options);
  fill_batch(data, options, k, epoch_order(data.size(), options, epoch), images, labels);
}

void fill_batch(const Dataset& data, const LoaderOptions& options, Index k,
                const std::vector<Index>& order, std::span<Real> images, std::span<int> labels) {
  const Index image_size = data.image_size();
  const Index first = k % batches_per_epoch(data, options) * options.batch;
  const Index noise_words = (image_size + 3) / 4 * 4;  // whole blocks for each image
  thread_local std::vector<std::uint8_t> pixels,
      scratch;  // kept: a steady-state step does not allocate
  pixels.resize(image_size);
  const auto below = [&](int n, Purpose purpose, Index number) {  // 0 to n - 1
    const std::uint64_t random = word(options.seed, stream(purpose, k), number);
    return static_cast<int>(random * static_cast<std::uint64_t>(n) >> 32);
  };
  const auto offset = [&](Index number) {  // from -shift to shift
    return below(2 * options.shift + 1, Purpose::shift, number) - options.shift;
  };
  const Index begin = options.first_of_part();
  for (Index i = begin; i < begin + options.part_size(); ++i) {  // the sample's place in the batch
    const Index image = order[first + i], at = i - begin;
    data.read(image, pixels.data());
    labels[at] = data.label(image);
    if (mirrored(options, k, i))
      mirror(pixels.data(), data.height(), data.width(), data.channels());
    if (options.shift > 0) move(pixels, data, offset(2 * i), offset(2 * i + 1), scratch);
    const std::span<Real> out = images.subspan(at * image_size, image_size);
    if (options.dequantize)
      dequantize(pixels, noise_stream(options, k), i * noise_words, out);
    else
      to_reals(pixels, out);
    if (options.cutout > 0)
      cut_out(out, data, options.cutout, below(data.height(), Purpose::cutout, 2 * i),
              below(data.width(), Purpose::cutout, 2 * i + 1));
  }
}

}  // namespace datasets
