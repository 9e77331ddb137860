#include "datasets/mnist.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "datasets/byte_order.h"
#include "datasets/fit_square.h"
#include "datasets/stored_images.h"
#include "engine/check.h"
#include "engine/file.h"

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
      if (std::filesystem::exists(path)) return path;
    }
  engine::fail(directory, "/", name, "-", kind,
               "[.gz]: no such file; mnist:DIR needs the folder of the four IDX files");
}

// The content of a file, gzipped or not (zlib passes plain bytes through), as far as it is asked
// for: what a few bytes unpack to may be gigabytes.
class Content {
 public:
  explicit Content(const std::string& path)
      : file_(path), zipped_(gzdopen(::dup(file_.descriptor()), "rb"), gzclose) {
    engine::check(zipped_ != nullptr, path, ": cannot be read: no memory");
  }

  // The next bytes, fewer at the end.
  std::string read(Index length) {
    std::string bytes;
    char chunk[1 << 16];
    while (length > 0) {
      const auto wanted = static_cast<unsigned>(std::min<Index>(length, sizeof chunk));
      const int got = gzread(zipped_.get(), chunk, wanted);
      int code = Z_OK;
      const char* reason = gzerror(zipped_.get(), &code);
      engine::check(got >= 0 && (code == Z_OK || code == Z_STREAM_END), file_.path(),
                    ": damaged after offset ", read_, " of its content: ", reason,
                    "; fetch it again");
      if (got == 0) break;
      bytes.append(chunk, got);
      read_ += got;
      length -= got;
    }
    return bytes;
  }

 private:
  engine::InputFile file_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> zipped_;
  Index read_ = 0;
};

Idx read_idx(const std::string& path, std::uint32_t magic) {
  Idx idx{.path = path};
  Content content(path);
  const std::uint32_t rank = magic % 256;
  const std::string header = content.read(4 * (1 + Index{rank}));
  const auto word = [&](std::size_t offset) {
    engine::check(offset + 4 <= header.size(), path, ": ends at offset ", header.size(),
                  ", within the header; fetch it again");
    return big_endian(header, offset, 4);
  };
  engine::check(word(0) == magic, path, ": offset 0 holds ", word(0), " where this IDX file has ",
                magic, ": it is another kind of file");
  Index size = 1;
  for (std::uint32_t axis = 0; axis < rank; ++axis) {
    idx.extents.push_back(word(4 + 4 * axis));
    if (axis > 0)
      engine::check(idx.extents[axis] == kDigitSide, path, ": offset ", 4 + 4 * axis,
                    " says that images", " are ", idx.extents[axis], " pixels high or wide, not ",
                    kDigitSide);
    size *= idx.extents[axis];
  }
  engine::check(size > 0, path, ": holds nothing; fetch it again");
  idx.data = content.read(size);
  const auto length = static_cast<Index>(idx.data.size());
  engine::check(length == size, path, ": ", length, " bytes follow offset ", idx.header(),
                " where ", size, " should; fetch it again");
  engine::check(content.read(1).empty(), path, ": more than the ", size,
                " bytes that should follow offset ", idx.header(), "; fetch it again");
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
