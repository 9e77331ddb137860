// The checkpoint of a run: the trainer's tensors, and in the metadata of their safetensors file
// the run's settings, step and image hash.
//
//   save(run.checkpoint(), trainer);
//   const CheckpointHeader header = restore(run.checkpoint(), trainer);  // resumes bit-for-bit
//
// Errors: save if any value is not finite, naming the first bad step; restore from a file that is
// not a checkpoint of this model, that holds non-finite values, or of a run with other classes than
// those of the data.
#pragma once

#include <string>
#include <vector>

#include "engine/random.h"
#include "engine/serialize.h"
#include "gan/training/trainer.h"

namespace gan::run {

using engine::Index;

// Format version of the file; files without one have version 1. A newer version is refused.
constexpr int kCheckpointFormat = 1;

struct CheckpointHeader {
  training::Config config;
  models::ImageSize image;
  Index step = 0;
  engine::RandomState random = engine::random_state();
  std::string data_hash = {};  // SHA-256 of the images; "": written before it was kept
  std::vector<std::string> class_names = {};  // of conditional networks
};

void write_header(engine::TensorFile& file, const CheckpointHeader& header);
CheckpointHeader read_header(const engine::TensorFile& file);

// Errors: a tensor whose name begins with this prefix is not finite.
void check_finite(const engine::TensorFile& file, const std::string& prefix = "");

// Errors: a run was trained on other classes than these.
void check_classes(const std::string& path, const std::vector<std::string>& then,
                   const std::vector<std::string>& now);

void save(const std::string& path, training::Trainer& trainer);
CheckpointHeader restore(const std::string& path, training::Trainer& trainer);

}  // namespace gan::run
