// Ranks: what a command that trains does so that several processes can run it together
// (engine/collective.h). Started alone, none of it does anything.
//
//   const auto data = open_in_turn([&] { return open_data(config, config.data); });
//   check_same_start(trainer);                          // the same images and kernels everywhere
//   if (!is_first()) return follow_session(trainer, config);
//
// Cost: waiting for each other, and a hash of the images. Errors: one line each; on a rank besides
// the first, what is different there.
#pragma once

#include "engine/collective.h"
#include "gan/training/trainer.h"

namespace gan::run {

inline bool is_first() { return engine::processes().rank() == 0; }

// Errors: a batch of these settings that the processes cannot share evenly.
void check_shares(const training::Config& config);

// What all processes open, rank 0 before the others, which then find the caches that it makes.
template <class Open>
auto open_in_turn(Open open) {
  if (!is_first()) engine::processes().barrier();
  auto opened = open();
  if (is_first()) engine::processes().barrier();
  return opened;
}

// Errors: this process has other images than rank 0, or computes with other kernels, so that the
// weights would drift apart.
void check_same_start(training::Trainer& trainer);

}  // namespace gan::run
