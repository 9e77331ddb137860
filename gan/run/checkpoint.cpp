#include "gan/run/checkpoint.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gan/training/finite.h"

namespace gan::run {

void write_header(engine::TensorFile& file, const CheckpointHeader& header) {
  auto& metadata = file.metadata;
  metadata["format"] = std::to_string(kCheckpointFormat);
  metadata["config"] = training::to_json(header.config);
  metadata["step"] = std::to_string(header.step);
  metadata["image.height"] = std::to_string(header.image.height);
  metadata["image.width"] = std::to_string(header.image.width);
  metadata["image.channels"] = std::to_string(header.image.channels);
  metadata["random.seed"] = std::to_string(header.random.seed);
  metadata["random.counter"] = std::to_string(header.random.counter);
  metadata["data.sha256"] = header.data_hash;
  if (!header.class_names.empty())
    metadata["data.classes"] = nlohmann::json(header.class_names).dump();
}

namespace {

// Names of classes may hold any character, so they are a JSON array.
std::vector<std::string> read_class_names(const engine::TensorFile& file, bool conditional) {
  const auto found = file.metadata.find("data.classes");
  const bool given = found != file.metadata.end();
  engine::check(given == conditional, file.path, ": its metadata ",
                given ? "has 'data.classes', though its model is not conditional"
                      : "lacks 'data.classes', which its conditional model needs",
                "; it is damaged");
  if (!given) return {};
  const auto json = nlohmann::json::parse(found->second, nullptr, /*allow_exceptions=*/false);
  const bool names = json.is_array() && json.size() > 1 &&
                     std::ranges::all_of(json, [](const auto& name) { return name.is_string(); });
  engine::check(names, file.path, ": its data.classes are not names of classes; it is damaged");
  return json.get<std::vector<std::string>>();
}

}  // namespace

CheckpointHeader read_header(const engine::TensorFile& file) {
  const auto config = file.metadata.find("config");
  engine::check(config != file.metadata.end(), file.path,
                ": is not a checkpoint of gan train: its metadata lacks 'config'");
  if (file.metadata.contains("format")) {
    const Index format = file.integer("format");
    engine::check(format >= 1 && format <= kCheckpointFormat, file.path, ": has format ", format,
                  "; this program reads formats up to ", kCheckpointFormat,
                  ": use the version of gan that wrote it, or a newer one");
  }
  const auto data_hash = file.metadata.find("data.sha256");
  CheckpointHeader header = {
      .config = training::from_json(config->second, file.path),
      .image = {.height = file.integer("image.height"),
                .width = file.integer("image.width"),
                .channels = file.integer("image.channels")},
      .step = file.integer("step"),
      .random = {.seed = file.natural("random.seed"), .counter = file.natural("random.counter")},
      .data_hash = data_hash == file.metadata.end() ? "" : data_hash->second};
  header.class_names = read_class_names(file, header.config.conditional);
  constexpr Index kMostSteps = 1'000'000'000'000;  // as validate() allows
  engine::check(header.step >= 0 && header.step <= kMostSteps, file.path,
                ": is damaged: it claims step ", header.step);
  const std::string& hash = header.data_hash;
  engine::check(hash.empty() ||
                    (hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == hash.npos),
                file.path, ": is damaged: its data.sha256 is not a SHA-256");
  return header;
}

void check_classes(const std::string& path, const std::vector<std::string>& then,
                   const std::vector<std::string>& now) {
  if (then == now) return;
  const auto at = std::ranges::mismatch(then, now);
  engine::fail(path, ": was trained on other classes than those of the data set: ",
               then.size() != now.size()
                   ? std::to_string(then.size()) + " then, " + std::to_string(now.size()) + " now"
                   : "'" + *at.in1 + "' then, '" + *at.in2 + "' now");
}

void check_finite(const engine::TensorFile& file, const std::string& prefix) {
  const std::string bad = training::not_finite(file, prefix);
  engine::check(bad.empty(), file.path, ": tensor '", bad, "' holds values that are not finite; ",
                "the checkpoint cannot be used");
}

void save(const std::string& path, training::Trainer& trainer) {
  engine::TensorFile file;
  layers::store(file, "", trainer);
  const std::string bad = training::not_finite(file);
  engine::check(bad.empty(), path, ": is not written: from step ", trainer.first_bad_step(), " on ",
                bad, " is not finite");
  write_header(file, {.config = trainer.config(),
                      .image = trainer.image(),
                      .step = trainer.step_count(),
                      .data_hash = trainer.data_hash(),
                      .class_names = trainer.class_names()});
  engine::save(path, file);
}

CheckpointHeader restore(const std::string& path, training::Trainer& trainer) {
  const engine::TensorFile file = engine::load(path);
  const CheckpointHeader header = read_header(file);
  check_finite(file);
  const models::ImageSize &then = header.image, &now = trainer.image();
  engine::check(then == now, path, ": was trained on images of ", then.height, "x", then.width, "x",
                then.channels, "; the data set has ", now.height, "x", now.width, "x",
                now.channels);
  check_classes(path, header.class_names, trainer.class_names());
  trainer.restore(file, header.step);
  engine::set_random_state(header.random);
  return header;
}

}  // namespace gan::run
