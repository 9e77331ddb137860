#include "datasets/image_folder.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "datasets/fit_square.h"
#include "datasets/image_cache.h"
#include "datasets/image_file.h"
#include "datasets/image_list.h"
#include "datasets/stored_images.h"
#include "engine/check.h"

namespace datasets {
namespace {

std::uint8_t* bytes(std::string& pixels) { return reinterpret_cast<std::uint8_t*>(pixels.data()); }

void check_damage(const ImageList& list, std::size_t unreadable, const std::string& first_problem) {
  const std::size_t files = list.entries.size();
  engine::check(unreadable * 100 <= files, "images:", list.folder, ": ", unreadable, " of ", files,
                " images cannot be read, more than 1%; the first is ", first_problem,
                "; replace or remove them");
}

Image decode_one(const std::string& path, const OpenOptions& options) {
  Image image = decode_image(path);
  if (options.orientation == Orientation::ignore || image.orientation == 1) return image;
  Image turned = upright(image);
  turned.orientation = image.orientation;
  return turned;
}

// The size that all images must have: that of the first readable image.
struct Model {
  std::string path = {};
  int height = 0, width = 0;
};

Model find_model(const ImageList& list, const OpenOptions& options) {
  std::string first_problem;
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    try {
      const Image image = decode_one(list.full_path(i), options);
      return {list.full_path(i), image.height, image.width};
    } catch (const engine::Error& error) {
      if (first_problem.empty()) first_problem = error.what();
      check_damage(list, i + 1, first_problem);
    }
  }
  engine::fail(first_problem);  // not reached: more than 1% were unreadable
}

// The size that messages suggest for images of this one.
int advice(const OpenOptions& options, int height, int width) {
  return options.resize_advice ? options.resize_advice : fitting_side(height, width);
}

std::string room_for(const ImageList& list, const Model& model, int channels,
                     const OpenOptions& options) {
  const double bytes = 1.0 * channels * model.height * model.width * list.entries.size();
  try {
    return std::string(static_cast<std::size_t>(bytes), '\0');
  } catch (const std::exception&) {
    engine::fail("images:", list.folder, ": ", list.entries.size(), " images of ", model.width, "x",
                 model.height, " take ", std::ceil(bytes / 1e9), " GB, more than the memory; ",
                 "set a smaller size, with ", options.resize_option,
                 advice(options, model.height / 8, model.width / 8), ", for instance");
  }
}

// The outcome for one file; both texts are empty on success.
struct Attempt {
  std::string problem = {};
  std::pair<int, int> other_size = {};  // height and width, where the model has others
  int orientation = 1;
  bool grey = false;
};

Attempt decode_into(const std::string& path, const Model& model, int channels,
                    const OpenOptions& options, std::uint8_t* out) {
  try {
    Image image = decode_one(path, options);
    const Attempt attempt{.orientation = image.orientation, .grey = image.channels == 1};
    image = with_channels(std::move(image), channels);
    if (options.resize)
      fit_square(bytes(image.pixels), image.height, image.width, channels, options.resize, out);
    else if (image.height == model.height && image.width == model.width)
      std::ranges::copy(image.pixels, out);
    else
      return {.other_size = {image.height, image.width}};
    return attempt;
  } catch (const std::exception& error) {
    return {.problem = error.what()};
  }
}

void check_attempts(const ImageList& list, const Model& model, const std::vector<Attempt>& attempts,
                    const OpenOptions& options) {
  std::size_t unreadable = 0;
  const std::string* first_problem = nullptr;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const std::string& problem = attempts[i].problem;
    const auto [height, width] = attempts[i].other_size;
    engine::check(
        height == 0, "images:", list.folder, ": the images have several sizes: ", model.path,
        " is ", model.width, "x", model.height, ", ", list.full_path(i), " is ", width, "x", height,
        "; give them one, with ", options.resize_option,
        std::min(advice(options, height, width), advice(options, model.height, model.width)),
        ", for instance");
    if (problem.empty()) continue;
    ++unreadable;
    if (!first_problem) first_problem = &problem;
  }
  if (first_problem) check_damage(list, unreadable, *first_problem);
}

// Closes the gaps that unreadable files left.
void close_gaps(DecodedImages& all) {
  const auto size = static_cast<std::ptrdiff_t>(all.image_size());
  auto from = all.pixels.begin(), end = from;
  for (const char orientation : all.files) {
    if (orientation != 0) end = from == end ? end + size : std::copy_n(from, size, end);
    from += size;
  }
  all.pixels.erase(end, all.pixels.end());
}

// One channel of three that are equal.
void drop_channels(DecodedImages& all) {
  const std::size_t pixels = all.pixels.size() / 3;
  for (std::size_t i = 0; i < pixels; ++i) all.pixels[i] = all.pixels[3 * i];
  all.pixels.resize(pixels);
  all.pixels.shrink_to_fit();
  all.channels = 1;
}

DecodedImages decode_all(const ImageList& list, const OpenOptions& options) {
  const int resize = options.resize, channels = options.channels == 1 ? 1 : 3;
  const Model model = resize ? Model{.height = resize, .width = resize} : find_model(list, options);
  const std::size_t files = list.entries.size();
  DecodedImages all{.height = model.height,
                    .width = model.width,
                    .channels = channels,
                    .pixels = room_for(list, model, channels, options)};
  std::vector<Attempt> attempts(files);
#pragma omp parallel for schedule(dynamic, 64)
  for (std::size_t i = 0; i < files; ++i)
    attempts[i] = decode_into(list.full_path(i), model, channels, options,
                              bytes(all.pixels) + i * all.image_size());
  check_attempts(list, model, attempts, options);

  bool grey = true;
  for (const Attempt& attempt : attempts) {
    const bool read = attempt.problem.empty();
    all.files += static_cast<char>(read ? attempt.orientation : 0);
    grey = grey && (attempt.grey || !read);
  }
  close_gaps(all);
  if (options.channels == 0 && grey) drop_channels(all);
  return all;
}

// The cache key of the decoded images: the files, and how they are opened.
std::uint64_t cache_key(const ImageList& list, const OpenOptions& options) {
  const std::uint64_t opened = static_cast<std::uint64_t>(options.resize) * 8 +
                               static_cast<std::uint64_t>(options.channels) * 2 +
                               (options.orientation == Orientation::apply);
  return (fingerprint(list) ^ opened) * 0x100000001B3;
}

DecodedImages decode_or_recall(const ImageList& list, const OpenOptions& options) {
  const std::uint64_t key = cache_key(list, options);
  const std::string cache = options.cache ? cache_path(key, options.cache_folder) : "";
  if (cache.empty()) return decode_all(list, options);
  auto recalled = read_cache(cache, key);
  if (recalled && recalled->files.size() == list.entries.size()) return std::move(*recalled);
  DecodedImages images = decode_all(list, options);
  write_cache(cache, key, images);
  return images;
}

// Adds the note "3 of 200 images WHAT; the first is PATH" about the counted images.
void note_files(ImageList& list, const DecodedImages& images, const std::string& what,
                bool (*counts)(int orientation)) {
  std::size_t count = 0, first = 0;
  for (std::size_t i = list.entries.size(); i-- > 0;)
    if (counts(images.files[i])) {
      ++count;
      first = i;
    }
  if (count > 0)
    list.notes.push_back(std::to_string(count) + " of " + std::to_string(list.entries.size()) +
                         " images " + what + "; the first is " + list.full_path(first));
}

std::string orientation_note(const OpenOptions& options) {
  if (options.orientation == Orientation::apply) return "were rotated by their EXIF orientation";
  const std::string option = options.orientation_option;
  return "have an EXIF orientation, which is ignored" +
         (option.empty() ? "" : " (" + option + "apply rotates them)");
}

}  // namespace

std::unique_ptr<Dataset> open_image_folder(const std::string& folder, const OpenOptions& options) {
  ImageList list = list_images(folder);
  DecodedImages images = decode_or_recall(list, options);

  std::vector<int> labels;
  for (std::size_t i = 0; i < list.entries.size(); ++i)
    if (images.files[i] != 0) labels.push_back(list.entries[i].label);
  note_files(list, images, "could not be read and were skipped", [](int o) { return o == 0; });
  note_files(list, images, orientation_note(options), [](int o) { return o > 1; });

  Info info{.name = "images",
            .description = "the images in " + folder,
            .size = static_cast<Index>(labels.size()),
            .height = images.height,
            .width = images.width,
            .channels = images.channels,
            .class_names = std::move(list.class_names),
            .notes = std::move(list.notes)};
  return std::make_unique<StoredImages>(std::move(info), std::move(images.pixels),
                                        std::move(labels));
}

}  // namespace datasets
