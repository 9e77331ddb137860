#include "datasets/image_folder.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "datasets/cache_builder.h"
#include "datasets/image_cache.h"
#include "datasets/image_decoder.h"
#include "datasets/image_list.h"
#include "datasets/stored_images.h"
#include "engine/check.h"

namespace datasets {
namespace {

// Images in a cache. One that is damaged there is decoded again.
class CachedImages : public Dataset {
 public:
  CachedImages(Info info, std::unique_ptr<ImageCache> cache, ImageList list,
               const OpenOptions& options)
      : Dataset(std::move(info)),
        cache_(std::move(cache)),
        list_(std::move(list)),
        options_(options) {
    const std::string& orientations = cache_->orientations();
    if (std::cmp_equal(size(), orientations.size())) return;
    for (std::size_t file = 0; file < orientations.size(); ++file)
      if (orientations[file] != 0) files_.push_back(static_cast<Index>(file));
  }

  void read(Index i, std::uint8_t* pixels) const override {
    const Index file = file_of(i);
    if (cache_->read(file, pixels)) return;
    cache_->discard();
    const std::string path = list_.full_path(file);
    engine::check(is_unchanged(list_, file), path,
                  ": has changed, and its cached pixels are damaged; start again");
    decode_as(path, options_, {height(), width(), channels()}, pixels);
  }
  int label(Index i) const override { return list_.entries[file_of(i)].label; }
  std::string kept_hash() const override { return cache_->hash(); }
  void keep_hash(const std::string& hash) const override { cache_->keep_hash(hash); }

 private:
  Index file_of(Index i) const { return files_.empty() ? i : files_[i]; }

  std::unique_ptr<ImageCache> cache_;
  ImageList list_;
  OpenOptions options_;
  std::vector<Index> files_;  // of each image, if some files could not be read
};

// The cache key of the decoded images: the files, and how they are opened.
std::uint64_t cache_key(const ImageList& list, const OpenOptions& options) {
  const std::uint64_t opened = static_cast<std::uint64_t>(options.resize) * 8 +
                               static_cast<std::uint64_t>(options.channels) * 2 +
                               (options.orientation == Orientation::apply);
  return (fingerprint(list) ^ opened) * 0x100000001B3;
}

// Where there is no cache: all images in memory.
class InMemory {
 public:
  explicit InMemory(const ImageLayout& layout) : layout(layout) {}

  Index done() const { return static_cast<Index>(orientations_.size()); }
  const std::string& orientations() const { return orientations_; }
  void append(const DecodedImages& next) {
    const std::size_t size = std::size_t(layout.height) * layout.width * layout.channels;
    for (std::size_t i = 0; i < next.orientations.size(); ++i)
      if (next.orientations[i] != 0) pixels.append(next.pixels, i * size, size);
    orientations_ += next.orientations;
  }

  const ImageLayout layout;
  std::string pixels = {};  // of the images that could be read

 private:
  std::string orientations_;
};

void reserve(InMemory& images, const ImageList& list, const OpenOptions& options) {
  const auto& [height, width, channels] = images.layout;
  const double bytes = 1.0 * channels * height * width * list.entries.size();
  try {
    images.pixels.reserve(static_cast<std::size_t>(bytes));
  } catch (const std::exception&) {
    engine::fail(
        "images:", list.folder, ": ", list.entries.size(), " images of ", width, "x", height,
        " take ", std::ceil(bytes / 1e9), " GB, more than the memory; ",
        "set a smaller size, with ", options.resize_option,
        options.resize_advice ? options.resize_advice : fitting_side(height / 8, width / 8),
        ", for instance");
  }
}

// Decodes what `to` lacks; false: it turned out that the layout is another.
template <class Images>
bool decode_rest(ImageDecoder& decoder, Images& to, Index files, const OpenOptions& options) {
  while (to.done() < files) {
    const auto next = decoder.decode(to.done(), std::min(decoder.portion(), files - to.done()));
    if (!next) return false;
    to.append(*next);
    if (options.progress) options.progress(to.done(), files);
  }
  decoder.check_damage(to.orientations());
  return true;
}

InMemory decode_to_memory(const ImageList& list, const OpenOptions& options) {
  ImageDecoder decoder(list, options);
  for (;;) {
    InMemory images(decoder.layout());
    reserve(images, list, options);
    if (decode_rest(decoder, images, std::ssize(list.entries), options)) return images;
  }
}

// Errors: CacheFailure; the images' own, after which nothing is left of the cache.
std::unique_ptr<ImageCache> make_cache(const std::string& path, std::uint64_t key,
                                       const ImageList& list, const OpenOptions& options) {
  const Index files = std::ssize(list.entries);
  ImageDecoder decoder(list, options);
  const auto unfinished = unfinished_cache(path);
  if (unfinished && unfinished->key == key && unfinished->channels == 3 && options.channels == 0)
    decoder.expect_colors();
  for (bool made = false; !made;) {
    const auto& [height, width, channels] = decoder.layout();
    CacheBuilder builder(
        path, {.key = key, .files = files, .height = height, .width = width, .channels = channels},
        options.progress);
    try {
      made = builder.is_made() || decode_rest(decoder, builder, files, options);
    } catch (const engine::Error&) {
      builder.discard();
      throw;
    }
    if (made) builder.finish();
  }
  auto cache = ImageCache::open(path, key, files);
  if (!cache) throw CacheFailure(path + ": was removed by another program");
  return cache;
}

// Adds the note "3 of 200 images WHAT; the first is PATH" about the counted images.
void note_files(ImageList& list, const std::string& orientations, const std::string& what,
                bool (*counts)(int orientation)) {
  const auto first = std::ranges::find_if(orientations, counts);
  if (first == orientations.end()) return;
  list.notes.push_back(std::to_string(std::ranges::count_if(orientations, counts)) + " of " +
                       std::to_string(list.entries.size()) + " images " + what + "; the first is " +
                       list.full_path(first - orientations.begin()));
}

std::string orientation_note(const OpenOptions& options) {
  if (options.orientation == Orientation::apply) return "were rotated by their EXIF orientation";
  const std::string option = options.orientation_option;
  return "have an EXIF orientation, which is ignored" +
         (option.empty() ? "" : " (" + option + "apply rotates them)");
}

Info info_of(ImageList& list, const std::string& orientations, const ImageLayout& layout,
             const OpenOptions& options) {
  note_files(list, orientations, "could not be read and were skipped",
             [](int o) { return o == 0; });
  note_files(list, orientations, orientation_note(options), [](int o) { return o > 1; });
  return {.name = "images",
          .description = "the images in " + list.folder,
          .size = std::ssize(orientations) - std::ranges::count(orientations, '\0'),
          .height = layout.height,
          .width = layout.width,
          .channels = layout.channels,
          .class_names = list.class_names,
          .notes = list.notes};
}

std::unique_ptr<Dataset> in_memory(ImageList list, const OpenOptions& options) {
  InMemory images = decode_to_memory(list, options);
  const std::string& orientations = images.orientations();
  std::vector<int> labels;
  for (std::size_t i = 0; i < orientations.size(); ++i)
    if (orientations[i] != 0) labels.push_back(list.entries[i].label);
  return std::make_unique<StoredImages>(info_of(list, orientations, images.layout, options),
                                        std::move(images.pixels), std::move(labels));
}

std::unique_ptr<Dataset> cached(std::unique_ptr<ImageCache> cache, ImageList list,
                                const OpenOptions& options) {
  const auto& [key, files, height, width, channels, reserved] = cache->layout();
  Info info = info_of(list, cache->orientations(), {height, width, channels}, options);
  return std::make_unique<CachedImages>(std::move(info), std::move(cache), std::move(list),
                                        options);
}

}  // namespace

std::unique_ptr<Dataset> open_image_folder(const std::string& folder, const OpenOptions& options) {
  ImageList list = list_images(folder);
  const std::uint64_t key = cache_key(list, options);
  const std::string path = options.cache ? cache_path(key, options.cache_folder) : "";
  if (path.empty()) return in_memory(std::move(list), options);
  try {
    auto cache = ImageCache::open(path, key, std::ssize(list.entries));
    if (!cache) cache = make_cache(path, key, list, options);
    return cached(std::move(cache), std::move(list), options);
  } catch (const CacheFailure& failure) {
    list.notes.push_back("the decoded images are in memory, without a cache: " +
                         std::string(failure.what()));
    return in_memory(std::move(list), options);
  }
}

}  // namespace datasets
