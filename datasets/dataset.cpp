#include "datasets/dataset.h"

#include <utility>

#include "datasets/channels.h"
#include "datasets/cifar10.h"
#include "datasets/image_folder.h"
#include "datasets/mnist.h"
#include "datasets/shapes.h"
#include "engine/check.h"

namespace datasets {
namespace {

std::unique_ptr<Dataset> open_form(const std::string& form, const std::string& directory,
                                   const OpenOptions& options) {
  if (form == "cifar10") return open_cifar10(directory, options);
  if (form == "images") return open_image_folder(directory, options);
  if (form == "mnist") return open_mnist(directory, options);
  return std::make_unique<Shapes>(options);
}

}  // namespace

std::unique_ptr<Dataset> open(const std::string& spec, const OpenOptions& options) {
  const std::size_t colon = spec.find(':');
  const std::string form = spec.substr(0, colon);
  const std::string directory = colon == std::string::npos ? "" : spec.substr(colon + 1);
  const bool known = form == "cifar10" || form == "images" || form == "mnist";
  engine::check(spec == "shapes" || known, "data set '", spec,
                "' is unknown: give shapes, cifar10:DIR, images:DIR or mnist:DIR");
  engine::check(spec == "shapes" || !directory.empty(), "data set '", spec,
                "' names no folder: give ", form, ":DIR");
  engine::check(options.resize == 0 || (options.resize >= 4 && options.resize <= 1024),
                options.resize_option, options.resize,
                " is out of range: give 4 to 1024, or 0 to keep ", "the size of the images");

  engine::check(options.channels == 0 || options.channels == 1 || options.channels == 3,
                "images have 1 or 3 channels, not ", options.channels);
  auto data = open_form(form, directory, options);
  return options.channels == 0 ? std::move(data) : with_channels(std::move(data), options.channels);
}

}  // namespace datasets
