// RunDirectory: where a training run keeps what it makes.
//
//   config.json               every setting: what it takes to repeat the run
//   changes.json              settings that were changed on --resume; see changes.h
//   log.csv                   a row every log_every steps; see loss_log.h
//   audit.csv                 the audit of each layer every audit_every steps
//   gradients.csv             s0/s1 of each weight's gradient every gradients_every steps
//   gradients.png             the same as a plot, at the end
//   events.out.tfevents.*     the same numbers and grids for TensorBoard; see event_log.h
//   samples/000500.png        64 images of the averaged generator, always of the same noise
//   checkpoint.safetensors    the latest; replaced whole, never half
//   best.safetensors          the checkpoint of the step with the best score so far
//   diverged.json             the step from which on a value was not finite; gone on resume
//   machine.json              version, processor and scorer; see machine_file.h
//   run.lock                  while a process trains here: which; see run_lock.h
//
// Whoever trains in a folder holds its lock as long as a copy of the RunDirectory lives; others may
// read meanwhile. Errors: name the folder or the file, and say what to do.
#pragma once

#include <memory>
#include <string>

#include "gan/run/run_lock.h"
#include "gan/training/config.h"

namespace gan::run {

using engine::Index;

class RunDirectory {
 public:
  // A new one, to train in. A run that never reached a checkpoint is replaced. Errors: the folder
  // holds a run, or anything that no run made; it is locked.
  static RunDirectory create(const std::string& path, const training::Config& config);
  // The same in runs/<preset>-<data>-<n>, with the first n that is free.
  static RunDirectory create_numbered(const std::string& preset, const std::string& data,
                                      const training::Config& config);
  // Whether `create` would take the folder. Errors: it would not; nothing is touched.
  static void check_free(const std::string& path);
  // One that was made before, to read from. Errors: no such folder, no config.json in it; a folder
  // or a pipe where a file of a run should be.
  static RunDirectory open(const std::string& path);
  // The same to train on: files that a killed process left half written are removed.
  static RunDirectory resume(const std::string& path);

  const std::string& path() const { return path_; }
  std::string checkpoint() const { return path_ + "/checkpoint.safetensors"; }
  std::string log() const { return path_ + "/log.csv"; }
  std::string best() const { return path_ + "/best.safetensors"; }
  std::string machine() const { return path_ + "/machine.json"; }
  std::string diverged() const { return path_ + "/diverged.json"; }
  std::string changes() const { return path_ + "/changes.json"; }
  std::string samples(Index step) const;
  bool has_checkpoint() const;
  bool replaces_another() const { return replaces_; }  // a run that never reached a checkpoint
  bool is_locked() const { return lock_ && lock_->works(); }
  void check_held() const {  // before each write: see run_lock.h
    if (lock_) lock_->check_held();
  }

  training::Config config() const;
  void write_config(const training::Config& config) const;
  void make_samples_folder() const;
  void remove_samples_after(Index step) const;

 private:
  explicit RunDirectory(std::string path) : path_(std::move(path)) {}
  std::string config_file() const { return path_ + "/config.json"; }
  void lock() { lock_ = std::make_shared<const RunLock>(path_); }

  std::string path_;
  std::shared_ptr<const RunLock> lock_;
  bool replaces_ = false;
};

}  // namespace gan::run
