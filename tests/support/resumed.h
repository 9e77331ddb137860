// A run and its twin that was saved, resumed and brought to the same step: both as checkpoints.
#pragma once

#include <string>

#include "engine/file.h"
#include "gan/run/checkpoint.h"
#include "gan/training/trainer.h"
#include "tests/datasets/scratch.h"

namespace tests {

inline void advance(gan::training::Trainer& trainer, engine::Index steps) {
  for (engine::Index i = 0; i < steps; ++i) trainer.step();
}

inline std::string checkpoint_of(const Scratch& scratch, gan::training::Trainer& trainer) {
  gan::run::save(scratch / "checkpoint", trainer);
  return engine::read_file(scratch / "checkpoint");
}

// The checkpoint after so many steps of a new run.
inline std::string after(const Scratch& scratch, const gan::training::Config& config,
                         const datasets::Dataset& data, engine::Index steps) {
  gan::training::Trainer trainer(config, data);
  advance(trainer, steps);
  return checkpoint_of(scratch, trainer);
}

// The same of one that was resumed halfway.
inline std::string resumed_after(const Scratch& scratch, const gan::training::Config& config,
                                 const datasets::Dataset& data, engine::Index steps) {
  after(scratch, config, data, steps / 2);
  gan::training::Trainer resumed(config, data);
  gan::run::restore(scratch / "checkpoint", resumed);
  advance(resumed, steps - steps / 2);
  return checkpoint_of(scratch, resumed);
}

}  // namespace tests
