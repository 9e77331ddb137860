// What a benchmark found: rows of named figures, printed as a table or as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bench {

struct Report {
  std::string title;                 // what was measured
  std::vector<std::string> columns;  // of the figures
  struct Row {
    std::string name;
    std::vector<double> figures;  // NaN: none; an empty cell, null in JSON
    std::string convolutions{};   // how they were computed; empty: there were none
  };
  std::vector<Row> rows;
  nlohmann::ordered_json facts;  // on what: by name, numbers and texts; null: none
};

std::string as_table(const Report& report);
std::string as_json(const Report& report);

}  // namespace bench
