// What a checkpoint says about itself, in the metadata of its safetensors file: which run, how far,
// for which images. The tensors are the trainer's; see trainer.h.
// Errors: a file that lacks the metadata is no checkpoint; it is named. Tensors that are not
// finite.
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
  std::string data_hash = {};  // SHA-256 of the images; "": written before it was kept
};

void write_header(engine::TensorFile& file, const CheckpointHeader& header);
CheckpointHeader read_header(const engine::TensorFile& file);

// 0 where all values are finite, NaN where one is not (0 times infinity is NaN), on the device.
engine::Tensor blemish(const engine::Tensor& x);
// The name of a tensor with a value that is not finite; "" where there is none. Cost: a pass over
// all of them on the device, and one number read.
std::string not_finite(const engine::TensorFile& file);
// Errors: one of the tensors whose names begin so is not finite.
void check_finite(const engine::TensorFile& file, const std::string& prefix = "");

}  // namespace gan
