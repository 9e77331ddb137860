#include "datasets/dataset.h"

#include <algorithm>
#include <utility>

#include "datasets/channels.h"
#include "datasets/cifar10.h"
#include "datasets/gaussians.h"
#include "datasets/image_folder.h"
#include "datasets/mnist.h"
#include "datasets/shapes.h"
#include "engine/check.h"
#include "engine/choices.h"

namespace datasets {
namespace {

constexpr Kind kKinds[] = {
    {"shapes", false,
     [](const std::string&, const OpenOptions& options) -> std::unique_ptr<Dataset> {
       return std::make_unique<Shapes>(options);
     }},
    {"cifar10", true, open_cifar10},
    {"images", true, open_image_folder},
    {"mnist", true, open_mnist},
    {"gaussians:8", false, open_ring_of_8},
    {"gaussians:25", false, open_grid_of_25},
};

std::string written(const Kind& kind) {
  return std::string(kind.name) + (kind.folder ? ":DIR" : "");
}

// The kind that a spec names; null if there is none.
const Kind* kind_of(const std::string& spec) {
  const std::string before_colon = spec.substr(0, spec.find(':'));
  for (const Kind& kind : kinds())
    if (kind.name == (kind.folder ? before_colon : spec)) return &kind;
  return nullptr;
}

}  // namespace

engine::Table<Kind>& kinds() {
  static engine::Table<Kind> table("data set", kKinds);
  return table;
}

std::vector<std::string> forms() {
  std::vector<std::string> all;
  for (const Kind& kind : kinds()) all.push_back(written(kind));
  return all;
}

bool names_folder(const std::string& spec) {
  const Kind* const kind = kind_of(spec);
  return kind && kind->folder;
}

std::unique_ptr<Dataset> open(const std::string& spec, const OpenOptions& options) {
  const std::size_t colon = spec.find(':');
  const std::string folder = colon == std::string::npos ? "" : spec.substr(colon + 1);
  const Kind* const found = kind_of(spec);
  engine::check(found, "unknown data set '", spec, "'; use ", engine::alternatives(forms()));
  engine::check(!found->folder || !folder.empty(), "data set '", spec, "' needs a folder: use ",
                written(*found));
  engine::check(options.resize == 0 || (options.resize >= 4 && options.resize <= kLargestResize),
                options.resize_option, options.resize, ": must be from 4 to ", kLargestResize,
                ", or 0 to keep the images' size");
  engine::check(options.channels == 0 || options.channels == 1 || options.channels == 3,
                "images have 1 or 3 channels, not ", options.channels);
  auto data = found->open(folder, options);
  return options.channels == 0 ? std::move(data) : with_channels(std::move(data), options.channels);
}

int fitting_side(Index height, Index width) {
  constexpr Index kMultiple = 8;  // as the networks of gan/ take
  const Index rounded = (std::min(height, width) + kMultiple - 1) / kMultiple * kMultiple;
  return static_cast<int>(std::clamp<Index>(rounded, kMultiple, kLargestResize));
}

}  // namespace datasets
