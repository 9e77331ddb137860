#include "gan/checkpoint.h"

#include "engine/check.h"

namespace gan {

void write_header(engine::TensorFile& file, const CheckpointHeader& header) {
  auto& metadata = file.metadata;
  metadata["config"] = to_json(header.config);
  metadata["step"] = std::to_string(header.step);
  metadata["image.height"] = std::to_string(header.image.height);
  metadata["image.width"] = std::to_string(header.image.width);
  metadata["image.channels"] = std::to_string(header.image.channels);
  metadata["random.seed"] = std::to_string(header.random.seed);
  metadata["random.counter"] = std::to_string(header.random.counter);
}

CheckpointHeader read_header(const engine::TensorFile& file) {
  const auto config = file.metadata.find("config");
  engine::check(config != file.metadata.end(), file.path,
                ": its metadata lacks 'config'; it is no checkpoint of gan train");
  return {
      .config = from_json(config->second, file.path),
      .image = {.height = file.integer("image.height"),
                .width = file.integer("image.width"),
                .channels = file.integer("image.channels")},
      .step = file.integer("step"),
      .random = {.seed = file.natural("random.seed"), .counter = file.natural("random.counter")}};
}

}  // namespace gan
