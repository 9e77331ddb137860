// LossLog: log.csv, one row per log_every steps.
//
//   step,d_loss,g_loss,d_real,d_fake,steps_per_second,seconds
//
// Losses and the discriminator's outputs on real and fake images are means over the steps since the
// row before; seconds count the time spent in training, over all resumptions.
// Errors: a row that cannot be written, with the system's reason.
#pragma once

#include <string>

#include "gan/csv_log.h"
#include "gan/trainer.h"

namespace gan {

class LossLog {
 public:
  LossLog(const std::string& path, Index step);  // goes on after `step`, as CsvLog does

  void add(Index step, const LossMeans& losses, double steps_per_second, double seconds);
  double seconds() const;  // of the last row

 private:
  CsvLog rows_;
};

}  // namespace gan
