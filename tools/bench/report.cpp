#include "tools/bench/report.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace bench {

std::string as_table(const Report& report) {
  std::size_t width = 0;
  for (const Report::Row& row : report.rows) width = std::max(width, row.name.size());
  std::ostringstream out;
  out << std::setprecision(4) << report.title << '\n';
  for (const auto& [name, fact] : report.facts.items()) {
    out << name << ": ";
    fact.is_string() ? out << fact.get<std::string>() : out << fact.get<double>();
    out << '\n';
  }
  out << std::string(width, ' ');
  for (const std::string& column : report.columns) out << "  " << std::setw(14) << column;
  out << '\n';
  for (const Report::Row& row : report.rows) {
    out << row.name << std::string(width - row.name.size(), ' ');
    for (const double figure : row.figures) {
      out << "  " << std::setw(14);
      std::isnan(figure) ? out << "" : out << figure;
    }
    if (!row.convolutions.empty()) out << "  " << row.convolutions;
    out << '\n';
  }
  return out.str();
}

std::string as_json(const Report& report) {
  nlohmann::ordered_json json;
  json["title"] = report.title;
  if (!report.facts.is_null()) json["facts"] = report.facts;
  for (const Report::Row& row : report.rows) {
    for (std::size_t i = 0; i < row.figures.size(); ++i)
      json["rows"][row.name][report.columns[i]] = row.figures[i];
    if (!row.convolutions.empty()) json["rows"][row.name]["convolutions"] = row.convolutions;
  }
  return json.dump(2) + "\n";
}

}  // namespace bench
