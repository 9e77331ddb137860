#include "tools/inception_score/image_set.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "datasets/fit_square.h"
#include "datasets/stored_images.h"
#include "engine/engine.h"
#include "gan/loaded_run.h"
#include "gan/metrics/content_hash.h"
#include "gan/metrics/npz.h"
#include "gan/metrics/random_order.h"
#include "gan/progress.h"
#include "layers/mode.h"

namespace inception_score {
namespace {

namespace fs = std::filesystem;
using datasets::Dataset;
using datasets::Info;
using datasets::StoredImages;
using engine::check;

constexpr Index kDrawn = 50'000;  // of a run: as many as published scores take

char byte_of(float value) {  // of [-1, 1]; as the grids of `gan sample` have it
  const float x = std::isnan(value) ? 0 : std::clamp(127.5F * value + 127.5F, 0.F, 255.F);
  return static_cast<char>(static_cast<unsigned char>(std::lround(x)));
}

std::unique_ptr<Dataset> draw(const std::string& folder, const Options& options) {
  const gan::LoadedRun run = gan::LoadedRun::open(folder, options.averaged);
  const Index count = options.count.value_or(kDrawn);
  const gan::ImageSize& size = run.header.image;
  engine::seed(options.seed);
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  std::string pixels;
  gan::Progress progress(0, count, "sample");
  constexpr Index most = 64;
  for (Index made = 0; made < count; made += most) {
    const Index now = std::min(most, count - made);
    for (const float x : run.networks.generator(engine::normal({now, run.networks.z_dim})).values())
      pixels += byte_of(x);
    progress.step(made + now, INFINITY);
  }
  Info info{.name = "run",
            .description = "samples of " + folder,
            .size = count,
            .height = static_cast<int>(size.height),
            .width = static_cast<int>(size.width),
            .channels = static_cast<int>(size.channels),
            .class_names = {"samples"}};
  return std::make_unique<StoredImages>(std::move(info), std::move(pixels),
                                        std::vector<int>(static_cast<std::size_t>(count), 0));
}

// An .npz of images: its only array, or the one called arr_0 or images.
std::unique_ptr<Dataset> open_npz(const std::string& path) {
  const gan::metrics::Npz file(path);
  const std::vector<std::string> names = file.names();
  std::string name = names.size() == 1 ? names[0] : "";
  for (const char* usual : {"arr_0", "images"})
    if (file.has(usual)) name = usual;
  check(!file.has("mu"), path,
        ": holds feature statistics, which are no images; give it to --fid alone");
  check(!name.empty(), path, ": holds ", names.size(),
        " arrays; images are looked for in one called arr_0 or images");
  gan::metrics::NpyArray array = file.array(name);
  const std::vector<Index>& extents = array.extents;
  const bool fits = extents.size() == 4 && (extents[3] == 3 || extents[3] == 1) && extents[1] > 0 &&
                    extents[2] > 0 && extents[1] <= 8192 && extents[2] <= 8192;
  std::string shape;
  for (const Index extent : extents) shape += (shape.empty() ? "" : ", ") + std::to_string(extent);
  check(fits && array.type == "|u1", path, ": array '", name, "' is ", array.type, " [", shape,
        "]; images are uint8 [N, height, width, 3]");
  Info info{.name = "npz",
            .description = "the images in " + path,
            .size = extents[0],
            .height = static_cast<int>(extents[1]),
            .width = static_cast<int>(extents[2]),
            .channels = static_cast<int>(extents[3]),
            .class_names = {"images"}};
  return std::make_unique<StoredImages>(std::move(info), std::move(array.bytes),
                                        std::vector<int>(static_cast<std::size_t>(extents[0]), 0));
}

std::unique_ptr<Dataset> open_any(const std::string& spec, const Options& options) {
  check(spec != "run:", "run: names no folder: give run:DIR, with one that gan train made");
  if (spec.starts_with("run:")) return draw(spec.substr(4), options);
  if (fs::is_regular_file(spec)) {
    check(spec.ends_with(".npz"), spec, ": is a file; give a folder of images or a .npz");
    return open_npz(spec);
  }
  datasets::OpenOptions open{
      .resize = options.resize, .resize_option = "--resize ", .orientation_option = ""};
  if (fs::is_directory(spec)) return datasets::open("images:" + spec, open);
  check(spec.find(':') != std::string::npos || spec.starts_with("shapes"), spec,
        ": no such folder or file; images are a folder, a .npz, shapes, cifar10:DIR, mnist:DIR or "
        "run:DIR");
  std::string name = spec;
  const std::size_t end = std::min(spec.find(':'), spec.size());
  if (end >= 5 && spec.compare(end - 5, 5, "-test") == 0) {
    open.test = true;
    name.erase(end - 5, 5);
  }
  return datasets::open(name, open);
}

// Some of the images, as bytes of three channels and, if asked for, another size.
std::unique_ptr<Dataset> gathered(const Dataset& from, const std::vector<Index>& chosen,
                                  int resize) {
  const int height = resize ? resize : from.height(), width = resize ? resize : from.width();
  const std::size_t size = std::size_t{3} * height * width;
  std::string pixels(size * chosen.size(), '\0');
  std::vector<int> labels;
  std::vector<std::uint8_t> image(from.image_size()), grey(size / 3);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    from.read(chosen[i], image.data());
    labels.push_back(from.label(chosen[i]));
    auto* out = reinterpret_cast<std::uint8_t*>(pixels.data()) + i * size;
    const int channels = from.channels();
    std::uint8_t* sized = channels == 3 ? out : grey.data();
    if (resize && (from.height() != resize || from.width() != resize))
      datasets::fit_square(image.data(), from.height(), from.width(), channels, resize, sized);
    else
      std::ranges::copy(image, sized);
    if (channels == 1)
      for (std::size_t k = 0; k < size; ++k) out[k] = grey[k / 3];
  }
  Info info{.name = from.name(),
            .description = from.description(),
            .size = static_cast<Index>(chosen.size()),
            .height = height,
            .width = width,
            .channels = 3,
            .class_names = from.class_names(),
            .notes = from.notes()};
  return std::make_unique<StoredImages>(std::move(info), std::move(pixels), std::move(labels));
}

bool sorted_by_class(const Dataset& images) {
  for (Index i = 1; i < images.size(); ++i)
    if (images.label(i) < images.label(i - 1)) return false;
  return images.size() > 1 && images.label(0) != images.label(images.size() - 1);
}

}  // namespace

ImageSet open_images(const std::string& spec, const Options& options) {
  ImageSet set{.spec = spec, .selection = "all", .resize = "none"};
  std::unique_ptr<Dataset> all = open_any(spec, options);
  check(all->size() > 0, spec, ": holds no images");
  std::vector<Index> chosen(static_cast<std::size_t>(all->size()));
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = static_cast<Index>(i);
  if (spec.starts_with("run:")) {
    set.selection = "drawn with seed " + std::to_string(options.seed) +
                    (options.averaged ? " from the moving average" : " from the generator itself");
  } else if (options.count) {
    check(*options.count <= all->size(), spec, ": has ", all->size(),
          " images, fewer than --count ", *options.count);
    if (*options.count < all->size()) {
      chosen = gan::metrics::RandomOrder(2020).subset(all->size(), *options.count);
      std::ranges::sort(chosen);
      set.selection = std::to_string(*options.count) + " of " + std::to_string(all->size()) +
                      ", by RandomState(2020).choice, in order";
    }
  }
  if (options.resize)
    set.resize =
        "middle square to " + std::to_string(options.resize) + "x" + std::to_string(options.resize);
  set.images = gathered(*all, chosen, options.resize);
  set.sha256 = gan::metrics::content_hash(*set.images);
  set.sorted = sorted_by_class(*set.images);
  return set;
}

}  // namespace inception_score
