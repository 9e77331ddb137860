#include "datasets/image_decoder.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "datasets/fit_square.h"
#include "datasets/image_file.h"
#include "engine/check.h"

namespace datasets {
namespace {

Image decode_one(const std::string& path, const OpenOptions& options) {
  Image image = decode_image(path);
  if (options.orientation == Orientation::ignore || image.orientation == 1) return image;
  Image turned = upright(image);
  turned.orientation = image.orientation;
  return turned;
}

// What is wrong with an image that cannot be decoded.
std::string problem_of(const std::string& path, const OpenOptions& options) {
  try {
    decode_one(path, options);
  } catch (const std::exception& error) {
    return error.what();
  }
  return path + ": could not be read before";
}

void fail_for_damage(const ImageList& list, std::size_t unreadable, const std::string& first) {
  engine::fail("images:", list.folder, ": ", unreadable, " of ", list.entries.size(),
               " images cannot be read, more than 1%; the first is ", first,
               "; replace or remove them");
}

bool is_too_many(const ImageList& list, std::size_t unreadable) {
  return unreadable * 100 > list.entries.size();
}

// The size that messages suggest for images of this one.
int advice(const OpenOptions& options, int height, int width) {
  return options.resize_advice ? options.resize_advice : fitting_side(height, width);
}

// The outcome for one file.
struct Attempt {
  char orientation = 0;                 // 0: it could not be read
  bool colored = false;                 // where the layout is gray, and nothing was written
  std::pair<int, int> other_size = {};  // height and width, where the layout has others
};

// Writes the pixels of an image as the layout says, if it has that size or is resized to it.
bool place(Image image, const OpenOptions& options, const ImageLayout& layout,
           std::uint8_t* pixels) {
  image = with_channels(std::move(image), layout.channels);
  auto* from = reinterpret_cast<std::uint8_t*>(image.pixels.data());
  if (options.resize)
    fit_square(from, image.height, image.width, layout.channels, options.resize, pixels);
  else if (image.height == layout.height && image.width == layout.width)
    std::copy_n(from, image.pixels.size(), pixels);
  else
    return false;
  return true;
}

Attempt attempt(const std::string& path, const OpenOptions& options, const ImageLayout& layout,
                std::uint8_t* pixels) {
  try {
    Image image = decode_one(path, options);
    Attempt made{.orientation = static_cast<char>(image.orientation)};
    const std::pair<int, int> size{image.height, image.width};
    if (options.channels == 0 && layout.channels == 1 && image.channels != 1)
      made.colored = true;
    else if (!place(std::move(image), options, layout, pixels))
      made.other_size = size;
    return made;
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

ImageDecoder::ImageDecoder(const ImageList& list, const OpenOptions& options)
    : list_(list), options_(options) {
  layout_ = {.height = options.resize, .width = options.resize, .channels = options.channels};
  if (options.resize != 0 && options.channels != 0) return;
  std::string first_problem;
  for (std::size_t i = 0;; ++i) {
    try {
      const Image image = decode_one(list.full_path(i), options);
      if (options.channels == 0) layout_.channels = image.channels == 1 ? 1 : 3;
      if (options.resize != 0) return;
      model_ = list.full_path(i);
      layout_.height = image.height;
      layout_.width = image.width;
      return;
    } catch (const engine::Error& error) {
      if (first_problem.empty()) first_problem = error.what();
      if (is_too_many(list, i + 1)) fail_for_damage(list, i + 1, first_problem);
    }
  }
}

Index ImageDecoder::portion() const {
  constexpr Index kBytes = Index{1} << 24;
  const Index image = Index{layout_.height} * layout_.width * layout_.channels;
  return std::clamp<Index>(kBytes / image, 16, 4096);
}

std::optional<DecodedImages> ImageDecoder::decode(Index first, Index count) {
  const Index size = Index{layout_.height} * layout_.width * layout_.channels;
  DecodedImages images{.orientations = std::string(count, '\0'),
                       .pixels = std::string(count * size, '\0')};
  std::vector<Attempt> attempts(count);
#pragma omp parallel for schedule(dynamic, 4)
  for (Index i = 0; i < count; ++i)
    attempts[i] = attempt(list_.full_path(first + i), options_, layout_,
                          reinterpret_cast<std::uint8_t*>(images.pixels.data()) + i * size);
  for (Index i = 0; i < count; ++i) {
    const auto [height, width] = attempts[i].other_size;
    engine::check(
        height == 0, "images:", list_.folder, ": the images have several sizes: ", model_, " is ",
        layout_.width, "x", layout_.height, ", ", list_.full_path(first + i), " is ", width, "x",
        height, "; give them one, with ", options_.resize_option,
        std::min(advice(options_, height, width), advice(options_, layout_.height, layout_.width)),
        ", for instance");
    if (attempts[i].colored) {
      expect_colors();
      return std::nullopt;
    }
    images.orientations[i] = attempts[i].orientation;
  }
  return images;
}

void ImageDecoder::check_damage(const std::string& orientations) const {
  const auto unreadable = static_cast<std::size_t>(std::ranges::count(orientations, '\0'));
  if (is_too_many(list_, unreadable))
    fail_for_damage(list_, unreadable,
                    problem_of(list_.full_path(orientations.find('\0')), options_));
}

void decode_as(const std::string& path, const OpenOptions& options, const ImageLayout& layout,
               std::uint8_t* pixels) {
  engine::check(place(decode_one(path, options), options, layout, pixels), path,
                ": has another size than before");
}

}  // namespace datasets
