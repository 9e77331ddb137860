// RunTable: reads a CSV file of a run (log.csv, audit.csv, gradients.csv) by columns.
//
//   const RunTable log = read_table(run + "/log.csv");
//   std::vector<std::optional<double>> losses = log.numbers("d_loss");    // none where it is empty
//
// Cost: the file in memory. Errors: a file that cannot be read; a missing file has no rows, and
// rows with another number of fields than the header are ignored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/real.h"

namespace gan::run {

using engine::Index;

struct RunTable {
  std::vector<std::string> columns = {};
  std::vector<std::vector<std::string>> rows = {};

  bool has(const std::string& column) const;
  // A column, one value per row; all empty if there is no such column.
  std::vector<std::string> texts(const std::string& column) const;
  std::vector<std::optional<double>> numbers(const std::string& column) const;  // may be infinite
  // Truncated to integers; none for numbers outside 0 .. 10^15.
  std::vector<std::optional<Index>> wholes(const std::string& column) const;
};

RunTable read_table(const std::string& path);

std::vector<std::string> split_fields(const std::string& row);

}  // namespace gan::run
