#include "gan/training/networks.h"

#include <algorithm>

namespace gan::training {

models::Networks build_networks(const Config& config, const models::ImageSize& image,
                                Index classes) {
  const models::Model& model = models::find_model(config.model);
  const models::Options options{.classes = classes, .attention = config.attention};
  return models::build_networks(
      model.name, image, config.constraint(models::constrained(model, image, options)), options);
}

std::vector<std::string> class_names(const Config& config, const datasets::Dataset& data) {
  if (!config.conditional) return {};
  const std::vector<std::string>& names = data.class_names();
  engine::check(names.size() > 1, "conditional=true: ", data.description(),
                ": its images have no classes; put each class into its own subfolder, or omit the "
                "setting out");
  std::vector<bool> seen(names.size());
  for (Index i = 0; i < data.size(); ++i) seen[static_cast<std::size_t>(data.label(i))] = true;
  const auto missing = std::ranges::find(seen, false) - seen.begin();
  engine::check(missing == std::ssize(seen), "conditional=true: ", data.description(), ": class '",
                names[std::min<std::size_t>(missing, names.size() - 1)],
                "' has no images; add some, or remove its folder");
  for (const std::string& name : names)
    engine::check(is_utf8(name), "conditional=true: ", data.description(), ": class '", name,
                  "' is not UTF-8, which checkpoints require; rename its folder");
  return names;
}

}  // namespace gan::training
