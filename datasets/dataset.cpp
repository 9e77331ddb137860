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

struct Form {
  const char* name;
  bool folder;  // written name:DIR; else the name is all
  std::unique_ptr<Dataset> (*open)(const std::string& folder, const OpenOptions& options);
};
constexpr Form kForms[] = {
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

std::string written(const Form& form) {
  return std::string(form.name) + (form.folder ? ":DIR" : "");
}

// The form of a spec; null if it has none.
const Form* form_of(const std::string& spec) {
  const std::string before_colon = spec.substr(0, spec.find(':'));
  for (const Form& form : kForms)
    if (form.name == (form.folder ? before_colon : spec)) return &form;
  return nullptr;
}

}  // namespace

std::vector<std::string> forms() {
  std::vector<std::string> all;
  for (const Form& form : kForms) all.push_back(written(form));
  return all;
}

bool names_folder(const std::string& spec) {
  const Form* const form = form_of(spec);
  return form && form->folder;
}

std::unique_ptr<Dataset> open(const std::string& spec, const OpenOptions& options) {
  const std::size_t colon = spec.find(':');
  const std::string folder = colon == std::string::npos ? "" : spec.substr(colon + 1);
  const Form* const found = form_of(spec);
  engine::check(found, "data set '", spec, "' is unknown: give ", engine::alternatives(forms()));
  engine::check(!found->folder || !folder.empty(), "data set '", spec, "' names no folder: give ",
                written(*found));
  engine::check(options.resize == 0 || (options.resize >= 4 && options.resize <= kLargestResize),
                options.resize_option, options.resize, " is out of range: give 4 to ",
                kLargestResize, ", or 0 to keep the size of the images");
  engine::check(options.channels == 0 || options.channels == 1 || options.channels == 3,
                "images have 1 or 3 channels, not ", options.channels);
  auto data = found->open(folder, options);
  return options.channels == 0 ? std::move(data) : with_channels(std::move(data), options.channels);
}

int fitting_side(Index height, Index width) {
  constexpr Index kMultiple = 8;  // what the networks of gan/ take
  const Index rounded = (std::min(height, width) + kMultiple - 1) / kMultiple * kMultiple;
  return static_cast<int>(std::clamp<Index>(rounded, kMultiple, kLargestResize));
}

}  // namespace datasets
