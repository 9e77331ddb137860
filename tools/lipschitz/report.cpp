#include <algorithm>
#include <cstdio>

#include "gan/console/printable.h"
#include "tools/lipschitz/check.h"

namespace lipschitz {

using gan::console::printable;

void Report::row(const std::string& name, const std::string& field, const Difference& difference,
                 double tolerance) {
  ++rows_;
  ++rows_of_case_;
  const bool good = difference.error <= tolerance;
  if (!good) ++failed_;
  double& worst = worst_[field];
  worst = std::max(worst, difference.error);
  if (!brief_ || !good) print(name, field, difference, tolerance);
  const Row& kept = worst_of_case_;
  if (kept.field.empty() || difference.error / tolerance > kept.difference.error / kept.tolerance)
    worst_of_case_ = {field, difference, tolerance};
}

void Report::undetermined(const std::string& name, const std::string& field) {
  ++undetermined_;
  std::printf("%-26s %-42s not compared: decided by rounding\n", printable(name).c_str(),
              printable(field).c_str());
}

void Report::end_case(const std::string& name) {
  if (brief_ && rows_of_case_ > 0)
    print(name + " (worst of " + std::to_string(rows_of_case_) + ")", worst_of_case_.field,
          worst_of_case_.difference, worst_of_case_.tolerance);
  worst_of_case_ = {};
  rows_of_case_ = 0;
}

void Report::print(const std::string& name, const std::string& field, const Difference& d,
                   double tolerance) const {
  if (worst_.size() == 1 && rows_ == 1)
    std::printf("%-26s %-42s %22s %22s %9s\n", "case", "field", "stored", "computed", "error");
  std::printf("%-26s %-42s %22s %22s %9.1e %s", printable(name).c_str(),
              printable(field + d.place).c_str(), printable(d.stored).c_str(),
              printable(d.computed).c_str(), d.error, d.error <= tolerance ? "ok" : "DIFFERS");
  if (tolerance > kTolerance) std::printf(" (ill-conditioned: up to %.0e)", tolerance);
  std::printf("\n");
}

void Report::summary() const {
  std::printf("\n%-42s %9s\n", "field", "worst error");
  for (const auto& [field, error] : worst_)
    std::printf("%-42s %9.1e\n", printable(field).c_str(), error);
  std::printf("\n%d values compared in %s, %d differ (tolerance %.0e)", rows_,
              sizeof(engine::Real) == 8 ? "float64" : "float32", failed_, kTolerance);
  if (undetermined_ > 0) std::printf(", %d not compared", undetermined_);
  std::printf("\n");
}

}  // namespace lipschitz
