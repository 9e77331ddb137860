// `lipschitz check`: reads a file of golden values, computes each of them from the formulas and
// geometries in it, and prints stored and computed values side by side.
// Errors: a file that is not JSON, or a missing, unknown or inconsistent field: one line naming the
// case and the field; a file without values.
#pragma once

#include <map>
#include <string>

#include "tools/lipschitz/compare.h"
#include "tools/lipschitz/formula.h"

namespace lipschitz {

// Prints a row for each field, and keeps count.
class Report {
 public:
  explicit Report(bool brief) : brief_(brief) {}
  void row(const std::string& name, const std::string& field, const Difference& difference,
           double tolerance = kTolerance);
  // A value decided by rounding: a difference is reported but not counted.
  void undetermined(const std::string& name, const std::string& field);
  void end_case(const std::string& name);  // in brief mode, prints the one line of the case
  void summary() const;
  bool agrees() const { return failed_ == 0; }
  bool empty() const { return rows_ + undetermined_ == 0; }

 private:
  void print(const std::string& name, const std::string& field, const Difference& difference,
             double tolerance) const;

  bool brief_;
  int rows_ = 0, failed_ = 0, undetermined_ = 0;
  std::map<std::string, double> worst_;  // by field, over all cases
  struct Row {
    std::string field;
    Difference difference;
    double tolerance = 0;
  };
  Row worst_of_case_;
  int rows_of_case_ = 0;
};

// Adds the file to errors of a computation.
template <class Function>
auto within(const std::string& where, const Function& function) {
  try {
    return function();
  } catch (const engine::Error& error) {
    const std::string what = error.what();
    if (what.starts_with(where.substr(0, where.find(':')))) throw;
    engine::fail(where, ": ", what);
  }
}

// The sections of a file besides its cases, with the formula of its kernels.
void check_analytic(const Json& section, const std::string& where, const Formula& kernel_formula,
                    Report& report);
void check_clipping(const Json& section, const std::string& where, const Formula& kernel_formula,
                    Report& report);

// Whether everything agrees.
bool check_file(const std::string& path, bool brief);

}  // namespace lipschitz
