// GradientLog: gradients.csv, one row per weight every gradients_every steps,
//
//   step,weight,s0,s1,ratio
//
// with the two largest singular values of the weight's gradient and s0/s1, and a plot of the ratios
// over the steps, gradients.png, drawn by gnuplot at the end. Errors: a file that cannot be
// written.
#pragma once

#include <string>
#include <vector>

#include "gan/analysis/gradient_spectra.h"
#include "gan/run/csv_log.h"

namespace gan::run {

class GradientLog {
 public:
  GradientLog(const std::string& folder, Index step);  // continues after `step`, as CsvLog does
  void add(Index step, const std::vector<analysis::GradientSpectra::Row>& rows);
  void draw() const;  // does nothing without rows
  void sync() const { rows_.sync(); }

 private:
  std::string folder_;
  CsvLog rows_;
};

}  // namespace gan::run
