// What a checkpoint says about itself, in the metadata of its safetensors file: which run, how far,
// for which images. The tensors are the trainer's; see trainer.h.
// Errors: a file that lacks the metadata is no checkpoint; it is named.
#pragma once

#include "engine/random.h"
#include "engine/serialize.h"
#include "gan/config.h"
#include "gan/models/models.h"

namespace gan {

struct CheckpointHeader {
  Config config;
  ImageSize image;
  Index step = 0;
  engine::RandomState random = engine::random_state();
};

void write_header(engine::TensorFile& file, const CheckpointHeader& header);
CheckpointHeader read_header(const engine::TensorFile& file);

}  // namespace gan
