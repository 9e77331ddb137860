#include "gan/training/open_data.h"

#include "gan/console/progress.h"

namespace gan::training {

std::unique_ptr<datasets::Dataset> open_data(const Config& config, const std::string& spec) {
  return datasets::open(
      spec, {.resize = static_cast<int>(config.resize),
             .channels = config.channels == "auto" ? 0 : std::stoi(config.channels),
             .orientation = config.orientation == "apply" ? datasets::Orientation::apply
                                                          : datasets::Orientation::ignore,
             .progress = console::show_progress("image")});
}

}  // namespace gan::training
