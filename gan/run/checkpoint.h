// The checkpoint of a run: the trainer's tensors, and in the metadata of their safetensors file
// which run it is, how far it is, and with which images.
//
//   save(run.checkpoint(), trainer);
//   const CheckpointHeader header = restore(run.checkpoint(), trainer);  // resumes bit for bit
//
// Errors: save where any value is not finite, naming the first step where it was so; restore on a
// file that is no checkpoint of this model, or that holds values that are not finite.
#pragma once

#include <string>

#include "engine/random.h"
#include "engine/serialize.h"
#include "gan/training/trainer.h"

namespace gan::run {

using engine::Index;

// Of the file: 1 is also what those are that do not say. A newer one is refused.
constexpr int kCheckpointFormat = 1;

struct CheckpointHeader {
  training::Config config;
  models::ImageSize image;
  Index step = 0;
  engine::RandomState random = engine::random_state();
  std::string data_hash = {};  // SHA-256 of the images; "": written before it was kept
};

void write_header(engine::TensorFile& file, const CheckpointHeader& header);
CheckpointHeader read_header(const engine::TensorFile& file);

// Errors: one of the tensors whose names begin so is not finite.
void check_finite(const engine::TensorFile& file, const std::string& prefix = "");

void save(const std::string& path, training::Trainer& trainer);
CheckpointHeader restore(const std::string& path, training::Trainer& trainer);

}  // namespace gan::run
