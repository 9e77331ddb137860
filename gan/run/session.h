// A session: from the start or resume of a run to its end or an interrupt.
// run_session steps a trainer to its last step and keeps the run's records: rows of log.csv, grids
// of samples, checkpoints, events for TensorBoard. It ends early at the time limit or on an
// interrupt, always after a complete step and with a checkpoint. The checkpoint of a step is
// written after all its other records: on resume, records of later steps that a kill left behind
// are removed and recreated. If several processes train together (engine/collective.h), rank 0
// keeps the records and all end after the same step. Errors: a non-finite value (the previous
// checkpoint is kept and named); a file that cannot be written.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "gan/analysis/proxy_score.h"
#include "gan/run/run_directory.h"
#include "gan/training/trainer.h"

namespace gan::run {

struct SessionLimits {
  double minutes = std::numeric_limits<double>::infinity();  // of wall time, about
  std::function<void(Index step)> on_step = {};              // after each
};

enum class SessionEnd { done, out_of_time, interrupted };

// `scorer`, if given, scores samples of the averaged generator every score_every steps; the
// checkpoint with the best score is kept besides the latest.
SessionEnd run_session(training::Trainer& trainer, const RunDirectory& run,
                       const training::Config& config, const SessionLimits& limits = {},
                       const analysis::ProxyScorer* scorer = nullptr);

// What the other ranks do while rank 0 runs the session: their share of each step.
void follow_session(training::Trainer& trainer, const training::Config& config);

// Whether an interrupt prevented the latest step's row in log.csv; the session then begins with
// that row.
bool row_is_due(const training::Trainer& trainer, const training::Config& config);

// The scorer named in the settings, compared with `data`; none if they name none. Errors: it does
// not take images of this size.
std::unique_ptr<const analysis::ProxyScorer> open_scorer(const training::Config& config,
                                                         const datasets::Dataset& data,
                                                         const std::string& data_hash);

// A sample is not finite, although the weights are.
struct BadSample : engine::Error {
  using engine::Error::Error;
};

// Samples of the averaged generator from the same noise; the training's random numbers are not
// affected.
engine::Tensor samples(training::Trainer& trainer, Index count);

// The score of samples of the averaged generator from the same noise; the training's random numbers
// are not affected. Image i of a conditional generator is of class i modulo the number of classes.
// Empty if interrupted. Errors: a BadSample.
std::optional<analysis::ProxyScore> score(training::Trainer& trainer,
                                          const analysis::ProxyScorer& scorer, Index images);

// For a conditional generator and a scorer with the same classes: the fraction of images that the
// scorer assigns to the requested class, for each class and over all images. Otherwise empty.
struct ClassAccuracy {
  std::vector<double> each;
  double all = 0;
};
std::optional<ClassAccuracy> class_accuracy(const training::Trainer& trainer,
                                            const analysis::ProxyScorer& scorer,
                                            const analysis::ProxyScore& score);

}  // namespace gan::run
