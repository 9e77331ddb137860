// A session: from the start of a run, or from where it was resumed, to its end or an interrupt.
// run_session steps a trainer to its last step and keeps the run's records: rows of log.csv, grids
// of samples, checkpoints, events for TensorBoard. It ends early when the minutes are over or on an
// interrupt, always behind a whole step and with a checkpoint. The checkpoint of a step is written
// after all its other records: what a kill leaves behind of later steps is taken out when the run
// goes on, and made again. Errors: a value that is not finite (the checkpoint before it is kept and
// named); a file that cannot be written.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "gan/analysis/proxy_score.h"
#include "gan/run/run_directory.h"
#include "gan/training/trainer.h"

namespace gan::run {

struct SessionLimits {
  double minutes = std::numeric_limits<double>::infinity();  // of wall time, about
  std::function<void(Index step)> on_step = {};              // after each
};

enum class SessionEnd { done, out_of_time, interrupted };

// `scorer`, if there is one, scores images of the averaged generator every score_every steps; the
// checkpoint of the best score is kept besides the latest.
SessionEnd run_session(training::Trainer& trainer, const RunDirectory& run,
                       const training::Config& config, const SessionLimits& limits = {},
                       const analysis::ProxyScorer* scorer = nullptr);

// Whether an interrupt kept the latest step from its row in log.csv; the session begins with that
// row.
bool row_is_due(const training::Trainer& trainer, const training::Config& config);

// The scorer that the settings name, which compares with `data`; none if they name none. Errors: it
// does not take images of this size.
std::unique_ptr<const analysis::ProxyScorer> open_scorer(const training::Config& config,
                                                         const datasets::Dataset& data,
                                                         const std::string& data_hash);

// A sample that is not finite, though the weights are.
struct BadSample : engine::Error {
  using engine::Error::Error;
};

// Images of the averaged generator, always of the same noise; the random numbers of the training are
// left alone.
engine::Tensor samples(training::Trainer& trainer, Index count);

// The score of images of the averaged generator, always of the same noise; the random numbers of
// the training are left alone. Nothing if it was interrupted. Errors: a BadSample.
std::optional<analysis::ProxyScore> score(training::Trainer& trainer,
                                          const analysis::ProxyScorer& scorer, Index images);

}  // namespace gan::run
