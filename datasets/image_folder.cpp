#include "datasets/image_folder.h"

#include <algorithm>
#include <cmath>
#include <exception>

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

// The size all images must have: that of the first that can be read.
struct Model {
  std::string path = {};
  int height = 0, width = 0;
};

Model find_model(const ImageList& list) {
  std::string first_problem;
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    try {
      const Image image = decode_image(list.full_path(i));
      return {list.full_path(i), image.height, image.width};
    } catch (const engine::Error& error) {
      if (first_problem.empty()) first_problem = error.what();
      check_damage(list, i + 1, first_problem);
    }
  }
  engine::fail(first_problem);  // not reached: more than 1% were unreadable
}

std::string room_for(const ImageList& list, const Model& model, const OpenOptions& options) {
  const double bytes = 3.0 * model.height * model.width * list.entries.size();
  try {
    return std::string(static_cast<std::size_t>(bytes), '\0');
  } catch (const std::exception&) {
    engine::fail("images:", list.folder, ": ", list.entries.size(), " images of ", model.width, "x",
                 model.height, " take ", std::ceil(bytes / 1e9), " GB, more memory than there is; ",
                 "set a smaller size, with ", options.resize_option, "32 for instance");
  }
}

// What came of one file; both are empty if all went well.
struct Attempt {
  std::string problem = {};
  std::string other_size = {};  // "640x480", where the model has another
};

Attempt decode_into(const std::string& path, const Model& model, int resize, std::uint8_t* out) {
  try {
    Image image = decode_image(path);
    if (resize)
      fit_square(bytes(image.pixels), image.height, image.width, 3, resize, out);
    else if (image.height == model.height && image.width == model.width)
      std::ranges::copy(image.pixels, out);
    else
      return {.other_size = std::to_string(image.width) + "x" + std::to_string(image.height)};
  } catch (const std::exception& error) {
    return {.problem = error.what()};
  }
  return {};
}

void check_attempts(const ImageList& list, const Model& model, const std::vector<Attempt>& attempts,
                    const OpenOptions& options) {
  std::size_t unreadable = 0;
  const std::string* first_problem = nullptr;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const auto& [problem, other_size] = attempts[i];
    engine::check(other_size.empty(), "images:", list.folder,
                  ": the images have several sizes: ", model.path, " is ", model.width, "x",
                  model.height, ", ", list.full_path(i), " is ", other_size,
                  "; give them one, with ", options.resize_option, "32 for instance");
    if (problem.empty()) continue;
    ++unreadable;
    if (!first_problem) first_problem = &problem;
  }
  if (first_problem) check_damage(list, unreadable, *first_problem);
}

DecodedImages decode_all(const ImageList& list, const OpenOptions& options) {
  const int resize = options.resize;
  const Model model = resize ? Model{.height = resize, .width = resize} : find_model(list);
  const std::size_t files = list.entries.size();
  const std::size_t image_size = std::size_t(3) * model.height * model.width;
  DecodedImages all{
      .height = model.height, .width = model.width, .pixels = room_for(list, model, options)};
  std::vector<Attempt> attempts(files);
#pragma omp parallel for schedule(dynamic, 64)
  for (std::size_t i = 0; i < files; ++i)
    attempts[i] = decode_into(list.full_path(i), model, resize, bytes(all.pixels) + i * image_size);
  check_attempts(list, model, attempts, options);

  auto end = all.pixels.begin();  // closes the gaps that unreadable files left
  for (std::size_t i = 0; i < files; ++i) {
    all.kept.push_back(attempts[i].problem.empty());
    if (!all.kept[i]) continue;
    const auto image = all.pixels.begin() + i * image_size;
    end = image == end ? end + image_size : std::copy_n(image, image_size, end);
  }
  all.pixels.erase(end, all.pixels.end());
  return all;
}

DecodedImages decode_or_recall(const ImageList& list, const OpenOptions& options) {
  const std::uint64_t key = fingerprint(list) + options.resize;
  const std::string cache = options.cache ? cache_path(key) : "";
  if (cache.empty()) return decode_all(list, options);
  auto recalled = read_cache(cache, key);
  if (recalled && recalled->kept.size() == list.entries.size()) return std::move(*recalled);
  DecodedImages images = decode_all(list, options);
  write_cache(cache, key, images);
  return images;
}

}  // namespace

std::unique_ptr<Dataset> open_image_folder(const std::string& folder, const OpenOptions& options) {
  ImageList list = list_images(folder);
  DecodedImages images = decode_or_recall(list, options);

  std::vector<int> labels;
  std::size_t first_skipped = list.entries.size();
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    if (images.kept[i])
      labels.push_back(list.entries[i].label);
    else
      first_skipped = std::min(first_skipped, i);
  }
  if (const std::size_t skipped = list.entries.size() - labels.size())
    list.notes.push_back(std::to_string(skipped) + " of " + std::to_string(list.entries.size()) +
                         " images could not be read and were skipped; the first is " +
                         list.full_path(first_skipped));

  Info info{.name = "images",
            .description = "the images in " + folder,
            .size = static_cast<Index>(labels.size()),
            .height = images.height,
            .width = images.width,
            .channels = 3,
            .class_names = std::move(list.class_names),
            .notes = std::move(list.notes)};
  return std::make_unique<StoredImages>(std::move(info), std::move(images.pixels),
                                        std::move(labels));
}

}  // namespace datasets
