#include "gan/run/loaded_run.h"

#include <algorithm>
#include <filesystem>

#include "engine/choices.h"
#include "gan/training/networks.h"

namespace gan::run {

LoadedRun LoadedRun::open(const std::string& path, bool averaged, bool best) {
  const RunDirectory directory = RunDirectory::open(path);
  engine::check(directory.has_checkpoint(), path,
                ": holds no checkpoint yet; train it until the first one");
  engine::check(!best || std::filesystem::exists(directory.best()), path,
                ": holds no best.safetensors, which needs a scorer: see gan train --scorer");
  const engine::TensorFile file = engine::load(best ? directory.best() : directory.checkpoint());
  CheckpointHeader header = read_header(file);
  const std::string generator = averaged ? "average." : "generator.";
  for (const std::string& prefix : {generator, std::string("discriminator.")})
    check_finite(file, prefix);
  models::Networks networks =
      build_networks(header.config, header.image, std::ssize(header.class_names));
  layers::restore(file, generator, networks.generator);
  layers::restore(file, "discriminator.", networks.discriminator);
  return {directory, std::move(header), std::move(networks)};
}

Index LoadedRun::label(const std::string& class_name) const {
  const std::vector<std::string>& names = header.class_names;
  engine::check(!names.empty(), "--class ", class_name, ": ", directory.path(),
                " is not a conditional run; omit the option");
  const auto found = std::ranges::find(names, class_name);
  engine::check(found != names.end(), "--class ", class_name, ": ", directory.path(),
                " has no such class; use ", engine::alternatives(names));
  return found - names.begin();
}

}  // namespace gan::run
