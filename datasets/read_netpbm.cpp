// Netpbm's PBM, PGM and PPM, plain and raw, of any maximum value: ppm(5), pgm(5), pbm(5).
#include <cctype>
#include <cmath>

#include "datasets/byte_order.h"
#include "datasets/image_readers.h"
#include "engine/check.h"

namespace datasets {
namespace {

class NetpbmReader {
 public:
  NetpbmReader(std::string_view file, const std::string& path)
      : file_(file), path_(path), kind_(file[1] - '0') {}

  Image read() {
    const std::int64_t width = number(), height = number();
    most_ = bits() ? 1 : number();
    engine::check(most_ >= 1 && most_ <= 65535, path_, ": damaged: its maximum value is ", most_);
    Image image = sized_image(height, width, kind_ % 3 == 0 ? 3 : 1, path_);
    const std::int64_t row = width * image.channels;  // samples
    engine::check(plain() || at_ < file_.size(), path_, kCut);
    if (!plain()) ++at_;  // the one white space
    const std::int64_t left = static_cast<std::int64_t>(file_.size() - at_);
    // A plain sample is a digit at least.
    const std::int64_t row_bytes = plain() ? row : bits() ? (row + 7) / 8 : row * each();
    engine::check(row_bytes <= left / height, path_, kCut);
    image.pixels.reserve(row * height);
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < row; ++x) image.pixels += plain() ? digit() : sample(x);
      if (!plain()) at_ += row_bytes;
    }
    return image;
  }

 private:
  static constexpr const char* kCut = ": truncated: shorter than its header says";

  bool plain() const { return kind_ <= 3; }
  bool bits() const { return kind_ % 3 == 1; }
  int each() const { return most_ > 255 ? 2 : 1; }

  void skip_space() {
    while (at_ < file_.size() && (std::isspace(byte_at(file_, at_)) || file_[at_] == '#')) {
      if (file_[at_] == '#')
        while (at_ < file_.size() && file_[at_] != '\n' && file_[at_] != '\r') ++at_;
      else
        ++at_;
    }
    engine::check(at_ < file_.size(), path_, kCut);
  }

  std::int64_t number() {
    skip_space();
    const std::size_t start = at_;
    std::int64_t value = 0;
    for (; at_ < file_.size() && std::isdigit(byte_at(file_, at_)); ++at_)
      value = std::min<std::int64_t>(10 * value + (file_[at_] - '0'), 1 << 30);
    engine::check(at_ > start, path_, ": damaged: offset ", at_, " holds no number");
    return value;
  }

  char level(std::int64_t value) const {  // rounded as Pillow rounds it
    const double rounded = std::nearbyint(double(value) / double(most_) * 255);
    return static_cast<char>(static_cast<std::uint8_t>(std::min(255.0, rounded)));
  }

  // The next of a plain file; a bit stands without white space, too, and 1 is black.
  char digit() {
    if (!bits()) {
      const std::int64_t value = number();
      engine::check(value <= most_, path_, ": damaged: ", value, " before offset ", at_,
                    " is above ", most_);
      return level(value);
    }
    skip_space();
    const char bit = file_[at_++];
    engine::check(bit == '0' || bit == '1', path_, ": damaged: offset ", at_ - 1, " holds no bit");
    return bit == '1' ? '\0' : '\xFF';
  }

  // Number x of the raw row that starts here.
  char sample(std::int64_t x) const {
    if (bits()) return byte_at(file_, at_ + x / 8) >> (7 - x % 8) & 1 ? '\0' : '\xFF';
    return level(big_endian(file_, at_ + x * each(), each()));
  }

  std::string_view file_;
  const std::string& path_;
  int kind_;  // 1 to 3: plain bits, gray, colors; 4 to 6: raw
  std::size_t at_ = 2;
  std::int64_t most_ = 1;
};

}  // namespace

Image read_netpbm(std::string_view file, const std::string& path) {
  return NetpbmReader(file, path).read();
}

}  // namespace datasets
