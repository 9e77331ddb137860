// AuditLog: audit.csv, a row per weight of the discriminator at each audit (analysis/audit.h),
//
//   step,weight,k,running,audited,certified,reshaped,ratio,stable_rank
//
// ratio being s0/s1 of the reshaped kernel. Errors: a file that cannot be written.
#pragma once

#include <memory>
#include <string>

#include "gan/analysis/audit.h"
#include "gan/run/csv_log.h"

namespace gan::run {

class AuditLog {
 public:
  AuditLog(const std::string& folder, Index step);  // goes on after `step`, as CsvLog does
  void add(Index step, const analysis::RunAudit& audit);
  void sync() const { rows_.sync(); }

 private:
  CsvLog rows_;
};

}  // namespace gan::run
