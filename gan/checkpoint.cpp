#include "gan/checkpoint.h"

#include <cmath>

#include "engine/engine.h"

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
  metadata["data.sha256"] = header.data_hash;
}

CheckpointHeader read_header(const engine::TensorFile& file) {
  const auto config = file.metadata.find("config");
  engine::check(config != file.metadata.end(), file.path,
                ": its metadata lacks 'config'; it is no checkpoint of gan train");
  const auto data_hash = file.metadata.find("data.sha256");
  CheckpointHeader header = {
      .config = from_json(config->second, file.path),
      .image = {.height = file.integer("image.height"),
                .width = file.integer("image.width"),
                .channels = file.integer("image.channels")},
      .step = file.integer("step"),
      .random = {.seed = file.natural("random.seed"), .counter = file.natural("random.counter")},
      .data_hash = data_hash == file.metadata.end() ? "" : data_hash->second};
  constexpr Index kMostSteps = 1'000'000'000'000;  // as validate() allows
  engine::check(header.step >= 0 && header.step <= kMostSteps, file.path, ": is of step ",
                header.step, "; it is damaged");
  const std::string& hash = header.data_hash;
  engine::check(hash.empty() ||
                    (hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == hash.npos),
                file.path, ": its data.sha256 is not a SHA-256; it is damaged");
  return header;
}

engine::Tensor blemish(const engine::Tensor& x) { return sum(0 * x); }

std::string not_finite(const engine::TensorFile& file) {
  const engine::NoGrad constant;
  engine::Tensor blemishes = engine::zeros({});
  for (const auto& [name, tensor] : file.tensors) blemishes = blemishes + blemish(tensor);
  if (std::isfinite(blemishes.item())) return "";
  for (const auto& [name, tensor] : file.tensors)
    if (!std::isfinite(blemish(tensor).item())) return name;
  return "";
}

void check_finite(const engine::TensorFile& file, const std::string& prefix) {
  engine::TensorFile checked;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(prefix)) checked.tensors.emplace(name, tensor);
  const std::string bad = not_finite(checked);
  engine::check(bad.empty(), file.path, ": tensor '", bad, "' holds values that are not finite; ",
                "the checkpoint cannot be used");
}

}  // namespace gan
