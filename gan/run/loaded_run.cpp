#include "gan/run/loaded_run.h"

#include <filesystem>

#include "gan/training/networks.h"

namespace gan::run {

LoadedRun LoadedRun::open(const std::string& path, bool averaged, bool best) {
  const RunDirectory directory = RunDirectory::open(path);
  engine::check(directory.has_checkpoint(), path,
                ": holds no checkpoint yet; let gan train come to its first");
  engine::check(!best || std::filesystem::exists(directory.best()), path,
                ": holds no best.safetensors; it comes with a score: see gan train --scorer");
  const engine::TensorFile file = engine::load(best ? directory.best() : directory.checkpoint());
  CheckpointHeader header = read_header(file);
  const std::string generator = averaged ? "average." : "generator.";
  for (const std::string& prefix : {generator, std::string("discriminator.")})
    check_finite(file, prefix);
  models::Networks networks = build_networks(header.config, header.image);
  layers::restore(file, generator, networks.generator);
  layers::restore(file, "discriminator.", networks.discriminator);
  return {directory, std::move(header), std::move(networks)};
}

}  // namespace gan::run
