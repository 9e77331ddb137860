#include "datasets/mnist.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "datasets/fit_square.h"
#include "datasets/stored_images.h"
#include "engine/check.h"

namespace datasets {
namespace {

constexpr int kDigitSide = 28, kPaddedSide = 32, kDigits = 10;
constexpr std::uint32_t kImageMagic = 0x803, kLabelMagic = 0x801;  // bytes, of rank 3 and 1

struct Idx {
  std::string path;
  std::vector<std::uint32_t> extents = {};
  std::string data = {};
  Index header() const { return 4 * (1 + static_cast<Index>(extents.size())); }
};

// The first that exists of "NAME-KIND", "NAME.KIND" and both with ".gz".
std::string find_idx(const std::string& directory, const std::string& name,
                     const std::string& kind) {
  for (const char* joint : {"-", "."})
    for (const char* ending : {"", ".gz"}) {
      const std::string path = directory + "/" + name + joint + kind + ending;
      if (std::filesystem::is_regular_file(path)) return path;
    }
  engine::fail(directory, "/", name, "-", kind,
               "[.gz]: no such file; mnist:DIR wants the folder of the four IDX files");
}

// A whole file, gzipped or not: zlib passes plain bytes through.
std::string inflate_file(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  engine::check(file != nullptr, path, ": cannot be opened: ", std::strerror(errno));
  std::string bytes;
  char chunk[1 << 16];
  int got = 0;
  while ((got = gzread(file.get(), chunk, sizeof chunk)) > 0) bytes.append(chunk, got);
  int code = Z_OK;
  const char* reason = gzerror(file.get(), &code);
  engine::check(got == 0 && code == Z_OK, path, ": damaged after offset ", bytes.size(),
                " of its content: ", reason, "; fetch it again");
  return bytes;
}

Idx read_idx(const std::string& path, std::uint32_t magic) {
  Idx idx{.path = path, .data = inflate_file(path)};
  const auto word = [&](std::size_t offset) {
    engine::check(offset + 4 <= idx.data.size(), path, ": ends at offset ", idx.data.size(),
                  ", within the header; fetch it again");
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
      value = value << 8 | static_cast<std::uint8_t>(idx.data[offset + i]);
    return value;
  };
  engine::check(word(0) == magic, path, ": offset 0 holds ", word(0), " where this IDX file has ",
                magic, ": it is another kind of file");
  Index size = 1;
  for (std::uint32_t axis = 0; axis < magic % 256; ++axis) {
    idx.extents.push_back(word(4 + 4 * axis));
    if (axis > 0)
      engine::check(idx.extents[axis] == kDigitSide, path, ": offset ", 4 + 4 * axis,
                    " says that images", " are ", idx.extents[axis], " pixels high or wide, not ",
                    kDigitSide);
    size *= idx.extents[axis];
  }
  const Index length = static_cast<Index>(idx.data.size()) - idx.header();
  engine::check(size == length && size > 0, path, ": ", length, " bytes follow offset ",
                idx.header(), " where ", size, " should; fetch it again");
  idx.data.erase(0, idx.header());
  return idx;
}

// Writes one image at the side asked for.
void place(const std::uint8_t* image, int side, std::uint8_t* out) {
  if (side != kPaddedSide) return fit_square(image, kDigitSide, kDigitSide, 1, side, out);
  constexpr int kMargin = (kPaddedSide - kDigitSide) / 2;
  std::fill_n(out, kPaddedSide * kPaddedSide, std::uint8_t{0});
  for (int y = 0; y < kDigitSide; ++y)
    std::copy_n(image + y * kDigitSide, kDigitSide, out + (y + kMargin) * kPaddedSide + kMargin);
}

}  // namespace

std::unique_ptr<Dataset> open_mnist(const std::string& directory, const OpenOptions& options) {
  const std::string part = options.test ? "t10k" : "train";
  const Idx images = read_idx(find_idx(directory, part + "-images", "idx3-ubyte"), kImageMagic);
  const Idx tags = read_idx(find_idx(directory, part + "-labels", "idx1-ubyte"), kLabelMagic);
  const Index size = images.extents[0];
  engine::check(tags.extents[0] == size, tags.path, ": holds ", tags.extents[0], " labels for the ",
                size, " images of ", images.path);

  std::vector<int> labels(tags.data.begin(), tags.data.end());
  for (Index i = 0; i < size; ++i)
    engine::check(labels[i] >= 0 && labels[i] < kDigits, tags.path, ": offset ", tags.header() + i,
                  " holds the label ", labels[i] & 255, ", above 9");

  const int side = options.resize ? options.resize : kDigitSide;
  std::string pixels(size * side * side, '\0');
  for (Index i = 0; i < size; ++i)
    place(reinterpret_cast<const std::uint8_t*>(images.data.data()) + i * kDigitSide * kDigitSide,
          side, reinterpret_cast<std::uint8_t*>(pixels.data()) + i * side * side);

  Info info{.name = "mnist",
            .description =
                (options.test ? "MNIST test images in " : "MNIST training images in ") + directory,
            .size = size,
            .height = side,
            .width = side,
            .channels = 1};
  for (int digit = 0; digit < kDigits; ++digit) info.class_names.push_back(std::to_string(digit));
  return std::make_unique<StoredImages>(std::move(info), std::move(pixels), std::move(labels));
}

}  // namespace datasets
