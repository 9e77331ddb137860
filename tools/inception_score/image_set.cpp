#include "tools/inception_score/image_set.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "datasets/fit_square.h"
#include "datasets/image_list.h"
#include "datasets/stored_images.h"
#include "engine/choices.h"
#include "engine/engine.h"
#include "gan/console/progress.h"
#include "gan/metrics/content_hash.h"
#include "gan/metrics/features_file.h"
#include "gan/metrics/for_each.h"
#include "gan/metrics/random_order.h"
#include "gan/metrics/sha256.h"
#include "gan/run/loaded_run.h"
#include "layers/labels.h"
#include "layers/mode.h"

namespace inception_score {
namespace {

namespace fs = std::filesystem;
using datasets::Dataset;
using datasets::Info;
using datasets::StoredImages;
using engine::check;

constexpr Index kDrawn = 50'000;  // for a run: as many as in published scores

char byte_of(float value) {  // from [-1, 1], as in the grids of `gan sample`
  const float x = std::isnan(value) ? 0 : std::clamp(127.5F * value + 127.5F, 0.F, 255.F);
  return static_cast<char>(static_cast<unsigned char>(std::lround(x)));
}

std::unique_ptr<Dataset> draw(const std::string& folder, const Options& options) {
  gan::run::LoadedRun run = gan::run::LoadedRun::open(folder, options.averaged);
  const Index count = options.count.value_or(kDrawn);
  const gan::models::ImageSize& size = run.header.image;
  engine::seed(options.seed);
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  std::vector<std::string> names = run.header.class_names;  // drawn in turn
  if (names.empty()) names = {"samples"};
  std::vector<int> labels;
  std::string pixels;
  gan::console::Progress progress(0, count, "sample");
  constexpr Index most = 64;
  for (Index made = 0; made < count; made += most) {
    const Index now = std::min(most, count - made);
    const layers::Labels given(gan::models::labels_in_turn(run.networks.classes, now, made));
    for (const float x : run.networks.generator(engine::normal({now, run.networks.z_dim})).values())
      pixels += byte_of(x);
    for (Index i = made; i < made + now; ++i)
      labels.push_back(static_cast<int>(i % std::ssize(names)));
    progress.step(made + now, INFINITY);
  }
  Info info{.name = "run",
            .description = "samples of " + folder,
            .size = count,
            .height = static_cast<int>(size.height),
            .width = static_cast<int>(size.width),
            .channels = static_cast<int>(size.channels),
            .class_names = std::move(names)};
  return std::make_unique<StoredImages>(std::move(info), std::move(pixels), std::move(labels));
}

// Why an array cannot be images; "": it can.
std::string complaint_of(const gan::metrics::NpyArray& array) {
  const std::vector<Index>& extents = array.extents;
  const auto colors = [&](std::size_t axis) { return extents[axis] == 3 || extents[axis] == 1; };
  if (extents.size() == 4 && colors(1) && !colors(3))
    return "channels come first; images must be [N, height, width, 3]: use transpose(0, 2, 3, 1)";
  const bool fits = extents.size() == 4 && colors(3) && extents[1] > 0 && extents[2] > 0 &&
                    extents[1] <= 8192 && extents[2] <= 8192;
  if (!fits) return "images must be uint8 [N, height, width, 3], features [N, n]";
  if (!array.is_whole())
    return "images must be integers from 0 to 255; convert 0..1 with (x * "
           "255).round().astype('u1')";
  return "";
}

// The pixels as bytes. Errors: whole numbers of another type that are not all in 0..255.
std::string bytes_of(gan::metrics::NpyArray array, const std::string& path) {
  if (array.type == "|u1") return std::move(array.bytes);
  std::string bytes;
  for (const std::int64_t pixel : array.wholes()) {
    check(pixel >= 0 && pixel <= 255, path, ": is ", array.type, " and holds ", pixel,
          "; images must be integers from 0 to 255");
    bytes += static_cast<char>(pixel);
  }
  return bytes;
}

// Images in a .npy or .npz, with labels if it has them.
std::unique_ptr<Dataset> open_array(const std::string& path) {
  const gan::metrics::ArrayFile file(path);
  gan::metrics::NpyArray array = file.unnamed();
  const std::vector<Index> extents = array.extents;
  const std::string wrong = complaint_of(array);
  std::string shape;
  for (const Index extent : extents) shape += (shape.empty() ? "" : ", ") + std::to_string(extent);
  check(wrong.empty(), path, ": is ", array.type, " [", shape, "]; ", wrong);
  gan::metrics::Labels labels = file.labels(extents[0]);
  if (labels.labels.empty()) {
    labels.labels.assign(static_cast<std::size_t>(extents[0]), 0);
    labels.class_names = {"images"};
  }
  Info info{.name = "npz",
            .description = "the images in " + path,
            .size = extents[0],
            .height = static_cast<int>(extents[1]),
            .width = static_cast<int>(extents[2]),
            .channels = static_cast<int>(extents[3]),
            .class_names = std::move(labels.class_names)};
  return std::make_unique<StoredImages>(std::move(info), bytes_of(std::move(array), path),
                                        std::move(labels.labels));
}

std::unique_ptr<Dataset> open_any(const std::string& spec, const Options& options) {
  check(spec != "run:", "run: names no folder; use run:DIR with the folder of a run");
  if (spec.starts_with("run:")) return draw(spec.substr(4), options);
  if (fs::is_regular_file(spec)) return open_array(spec);
  datasets::OpenOptions open{.resize = options.resize,
                             .cache = !options.cache.empty(),
                             .cache_folder = options.cache,
                             .resize_advice = options.resize_advice,
                             .resize_option = "--resize ",
                             .orientation_option = "",
                             .progress = gan::console::show_progress("image")};
  if (fs::is_directory(spec)) return datasets::open("images:" + spec, open);
  check(spec.find(':') != std::string::npos || spec.starts_with("shapes"), spec,
        ": no such folder or file; pass a folder, ", engine::alternatives(forms()));
  std::string name = spec;
  const std::size_t end = std::min(spec.find(':'), spec.size());
  if (end >= 5 && spec.compare(end - 5, 5, "-test") == 0) {
    open.test = true;
    name.erase(end - 5, 5);
  }
  return datasets::open(name, open);
}

// Some of the images, as bytes with three channels (unless keep_grey) and, if requested, another
// size.
std::unique_ptr<Dataset> gathered(const Dataset& from, const std::vector<Index>& chosen,
                                  const Options& options) {
  const int resize = options.resize;
  const int height = resize ? resize : from.height(), width = resize ? resize : from.width();
  const int colors = options.keep_grey ? from.channels() : 3;
  const std::size_t size = static_cast<std::size_t>(colors) * height * width;
  std::string pixels(size * chosen.size(), '\0');
  std::vector<int> labels;
  std::vector<std::uint8_t> image(from.image_size()), grey(size / colors);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    from.read(chosen[i], image.data());
    labels.push_back(from.label(chosen[i]));
    auto* out = reinterpret_cast<std::uint8_t*>(pixels.data()) + i * size;
    const int channels = from.channels();
    std::uint8_t* sized = channels == colors ? out : grey.data();
    if (resize && (from.height() != resize || from.width() != resize))
      datasets::fit_square(image.data(), from.height(), from.width(), channels, resize, sized);
    else
      std::ranges::copy(image, sized);
    if (channels != colors)
      for (std::size_t k = 0; k < size; ++k) out[k] = grey[k / 3];
  }
  Info info{.name = from.name(),
            .description = from.description(),
            .size = static_cast<Index>(chosen.size()),
            .height = height,
            .width = width,
            .channels = colors,
            .class_names = from.class_names(),
            .notes = from.notes()};
  return std::make_unique<StoredImages>(std::move(info), std::move(pixels), std::move(labels));
}

// Some of the images, by --count.
std::vector<Index> choose(ImageSet& set, Index all, const Options& options) {
  std::vector<Index> chosen(static_cast<std::size_t>(all));
  std::iota(chosen.begin(), chosen.end(), Index{0});
  if (set.spec.starts_with("run:")) {
    set.selection = "drawn with seed " + std::to_string(options.seed) +
                    (options.averaged ? " from the moving average" : " from the generator itself");
  } else if (options.count) {
    check(*options.count <= all, set.spec, ": has ", all, " images, fewer than --count ",
          *options.count);
    if (*options.count < all) {
      chosen = gan::metrics::RandomOrder(2020).subset(all, *options.count);
      std::ranges::sort(chosen);
      set.selection = std::to_string(*options.count) + " of " + std::to_string(all) +
                      ", by RandomState(2020).choice, in order";
    }
  }
  return chosen;
}

// The images of a folder unchanged, each at its own size.
void read_pictures(ImageSet& set, const Options& options) {
  datasets::ImageList list = datasets::list_images(set.spec);
  const std::vector<Index> chosen = choose(set, static_cast<Index>(list.entries.size()), options);
  set.pictures.resize(chosen.size());
  gan::metrics::for_each(static_cast<Index>(chosen.size()), [&](Index i) {
    set.pictures[i] = datasets::with_channels(datasets::decode_image(list.full_path(chosen[i])), 3);
  });
  for (const Index i : chosen) set.labels.push_back(list.entries[i].label);
  set.class_names = std::move(list.class_names);
  set.notes = std::move(list.notes);
}

void read_dataset(ImageSet& set, const Options& options) {
  std::unique_ptr<Dataset> all = open_any(set.spec, options);
  check(all->size() > 0, set.spec, ": holds no images");
  const std::vector<Index> chosen = choose(set, all->size(), options);
  if (options.resize)
    set.resize =
        "center crop to " + std::to_string(options.resize) + "x" + std::to_string(options.resize);
  for (const Index i : chosen) set.labels.push_back(all->label(i));
  set.class_names = all->class_names();
  set.notes = all->notes();
  const bool as_they_are =
      std::ssize(chosen) == all->size() && (all->channels() == 3 || options.keep_grey) &&
      (!options.resize || (all->height() == options.resize && all->width() == options.resize));
  set.images = as_they_are ? std::move(all) : gathered(*all, chosen, options);
}

// Of images of several sizes: the extents of each before its pixels.
std::string content_hash(const std::vector<datasets::Image>& pictures) {
  gan::metrics::Sha256 hash;
  hash.add(std::to_string(pictures.size()) + " of various sizes\n");
  for (const datasets::Image& each : pictures) {
    hash.add(std::to_string(each.height) + " " + std::to_string(each.width) + " 3\n");
    hash.add(each.pixels);
  }
  return hash.hex();
}

}  // namespace

datasets::Image ImageSet::read(Index i) const {
  if (!images) return pictures[i];
  datasets::Image image{
      .height = images->height(),
      .width = images->width(),
      .channels = images->channels(),
      .pixels = std::string(static_cast<std::size_t>(images->image_size()), '\0')};
  images->read(i, reinterpret_cast<std::uint8_t*>(image.pixels.data()));
  return image;
}

std::string ImageSet::extents() const {
  const auto text = [](Index width, Index height) {
    return std::to_string(width) + "x" + std::to_string(height);
  };
  if (images) return text(images->width(), images->height());
  for (const datasets::Image& each : pictures)
    if (each.height != pictures[0].height || each.width != pictures[0].width)
      return "several sizes";
  return text(pictures[0].width, pictures[0].height);
}

std::vector<std::string> forms() {
  std::vector<std::string> all = datasets::forms();
  all.insert(all.end(), {"FILE.npz", "FILE.npy", "run:DIR"});
  return all;
}

ImageSet open_images(const std::string& spec, const Options& options) {
  ImageSet set{.spec = spec};
  if (!options.resize_as.empty() && !options.resize && fs::is_directory(spec))
    read_pictures(set, options);
  else
    read_dataset(set, options);
  set.sha256 = set.images ? gan::metrics::content_hash(*set.images) : content_hash(set.pictures);
  set.sorted = std::ranges::is_sorted(set.labels) && set.labels.front() != set.labels.back();
  return set;
}

}  // namespace inception_score
