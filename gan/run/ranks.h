// Ranks: helpers that let several processes run one training command together
// (engine/collective.h). In a process that was started alone they do nothing.
//
//   const auto data = open_in_turn([&] { return open_data(config, config.data); });
//   check_same_start(trainer);                          // the same images and kernels everywhere
//   if (!is_first()) return follow_session(trainer, config);
//
// Cost: waiting for each other, and a hash of the images. Errors: one line each; ranks other than 0
// report what differs there.
#pragma once

#include "engine/collective.h"
#include "gan/training/trainer.h"

namespace gan::run {

inline bool is_first() { return engine::processes().rank() == 0; }

// Errors: a batch of these settings that the processes cannot share evenly.
void check_shares(const training::Config& config);

// Opens something on all processes, on rank 0 first, so that the others find the caches it makes.
template <class Open>
auto open_in_turn(Open open) {
  if (!is_first()) engine::processes().barrier();
  auto opened = open();
  if (is_first()) engine::processes().barrier();
  return opened;
}

// Errors: this process has other images than rank 0, or other kernels, whose different rounding
// would make the weights drift apart.
void check_same_start(training::Trainer& trainer);

}  // namespace gan::run
