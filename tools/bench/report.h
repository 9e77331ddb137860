// What a benchmark found: rows of named figures, printed as a table or as JSON.
#pragma once

#include <string>
#include <vector>

namespace bench {

struct Report {
  std::string title;                 // what was measured, on what
  std::vector<std::string> columns;  // of the figures
  struct Row {
    std::string name;
    std::vector<double> figures;  // NaN: none; an empty cell, null in JSON
  };
  std::vector<Row> rows;
};

std::string as_table(const Report& report);
std::string as_json(const Report& report);

}  // namespace bench
