// LossLog: log.csv, one row per log_every steps.
//
//   step,d_loss,g_loss,d_real,d_fake[,measures...],steps_per_second,seconds
//
// Losses and the discriminator's outputs on real and fake images are means over the steps since the
// row before; seconds count the training time over all sessions. Measures are filled in rows where
// they were computed, empty in the others:
//
//   proxy_is (is, if the classifier is Inception), classes (covered), proxy_fid (fid)   scores
//   certified, slope, estimate_over_bound, exact_distance                               audits
//
// Errors: a row that cannot be written, with the system's reason.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gan/run/csv_log.h"
#include "gan/training/trainer.h"

namespace gan::run {

using Measures = std::map<std::string, double>;  // by column

class LossLog {
 public:
  // Continues after `step`, as CsvLog does. Existing measures keep their columns.
  LossLog(const std::string& path, Index step, const std::vector<std::string>& measures);

  void add(Index step, const training::LossMeans& losses, const Measures& measured,
           double steps_per_second, double seconds);
  double seconds() const;  // of the last row
  void sync() const { rows_.sync(); }

 private:
  const std::vector<std::string> measures_;
  CsvLog rows_;
};

}  // namespace gan::run
