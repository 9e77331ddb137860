// LossLog: log.csv, one row per log_every steps.
//
//   step,d_loss,g_loss,d_real,d_fake[,proxy_is,classes],steps_per_second,seconds
//
// Losses and the discriminator's outputs on real and fake images are means over the steps since the
// row before; with a scorer, proxy_is and classes (covered) are set in the rows that were scored,
// empty in the others; seconds count the time spent in training, over all resumptions.
// Errors: a row that cannot be written, with the system's reason.
#pragma once

#include <optional>
#include <string>

#include "gan/analysis/proxy_score.h"
#include "gan/run/csv_log.h"
#include "gan/training/trainer.h"

namespace gan::run {

class LossLog {
 public:
  // Goes on after `step`, as CsvLog does. Scores that are there keep their columns.
  LossLog(const std::string& path, Index step, bool with_scores);

  void add(Index step, const training::LossMeans& losses,
           const std::optional<analysis::ProxyScore>& score, double steps_per_second,
           double seconds);
  double seconds() const;  // of the last row
  void sync() const { rows_.sync(); }

 private:
  const bool with_scores_;
  CsvLog rows_;
};

}  // namespace gan::run
