// RunDirectory: where a training run keeps what it makes.
//
//   config.json               every setting: what it takes to repeat the run
//   log.csv                   a row every log_every steps; see loss_log.h
//   gradients.csv             s0/s1 of each weight's gradient every gradients_every steps
//   gradients.png             the same as a plot, at the end
//   events.out.tfevents.*     the same numbers and grids for TensorBoard; see event_log.h
//   samples/000500.png        64 images of the averaged generator, always of the same noise
//   checkpoint.safetensors    the latest; replaced whole, never half
//
// Errors: name the folder or the file, and say what to do.
#pragma once

#include <string>

#include "gan/config.h"

namespace gan {

class RunDirectory {
 public:
  // A new one. Errors: the folder already holds a run.
  static RunDirectory create(const std::string& path, const Config& config);
  // runs/<preset>-<data>-<n> with the first n that is free.
  static std::string free_path(const std::string& preset, const std::string& data);
  // One that was made before. Errors: no such folder, no config.json in it, none to be read.
  static RunDirectory open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string checkpoint() const { return path_ + "/checkpoint.safetensors"; }
  std::string log() const { return path_ + "/log.csv"; }
  std::string samples(Index step) const;
  bool has_checkpoint() const;

  Config config() const;
  void write_config(const Config& config) const;

 private:
  explicit RunDirectory(std::string path) : path_(std::move(path)) {}
  std::string config_file() const { return path_ + "/config.json"; }

  std::string path_;
};

}  // namespace gan
