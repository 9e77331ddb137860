#include "datasets/dataset.h"

#include "datasets/cifar10.h"
#include "datasets/image_folder.h"
#include "datasets/mnist.h"
#include "datasets/shapes.h"
#include "engine/check.h"

namespace datasets {

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

  if (form == "cifar10") return open_cifar10(directory, options);
  if (form == "images") return open_image_folder(directory, options);
  if (form == "mnist") return open_mnist(directory, options);
  return std::make_unique<Shapes>(options);
}

}  // namespace datasets
