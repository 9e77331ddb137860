#include "gan/run/audit_log.h"

#include <optional>
#include <sstream>

namespace gan::run {

AuditLog::AuditLog(const std::string& folder, Index step)
    : rows_(folder + "/audit.csv",
            "step,weight,k,running,audited,certified,reshaped,ratio,stable_rank", step) {}

void AuditLog::add(Index step, const analysis::RunAudit& audit) {
  for (const analysis::AuditRow& row : audit.layers) {
    std::ostringstream text;
    const auto optional = [&](const std::optional<double>& value) {
      if (value) text << *value;
      text << ',';
    };
    text << step << ',' << row.name << ',';
    optional(row.found.k);
    optional(row.found.running);
    text << row.found.audited << ',' << row.found.certified << ',' << row.found.reshaped << ','
         << row.found.ratio << ',' << row.found.stable_rank;
    rows_.add(text.str());
  }
}

}  // namespace gan::run
