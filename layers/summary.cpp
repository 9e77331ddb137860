#include "layers/summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "layers/constraints/list.h"

namespace layers {
namespace {

using Row = std::array<std::string, 5>;

std::string with_commas(engine::Index count) {
  std::string text = std::to_string(count);
  for (auto i = static_cast<int>(text.size()) - 3; i > 0; i -= 3) text.insert(i, ",");
  return text;
}

std::string number(double bound) {
  if (!std::isfinite(bound)) return "none";
  std::ostringstream text;
  text.precision(4);
  text << bound;
  return text.str();
}

std::string name_of(const Constraint& constraint) {
  std::string found = constraint.type();  // of a constraint that is not in the list
  for_each_constraint([&](const char* name, const auto& row, const char*) {
    if (constraint.as<std::remove_cvref_t<decltype(row)>>()) found = name;
  });
  return found;
}

std::string constraints_of(const ModuleRow& row) {
  std::string names;
  for (const Param* param : row.parameters)
    for (const Constraint& constraint : param->constraints())
      names += (names.empty() ? "" : " + ") + name_of(constraint);
  return names;
}

engine::Index count_of(const ModuleRow& row) {
  engine::Index count = 0;
  for (const Param* param : row.parameters) count += param->raw().size();
  return count;
}

template <class Value>
std::string text_of(const Value& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

std::string summary(Sequential& network, const engine::Shape& input) {
  std::vector<Row> table = {{"layer", "output", "parameters", "constraint", "Lipschitz bound"}};
  engine::Index parameters = 0;
  double bound = 1;
  const std::vector<ModuleRow> rows = network.rows(input);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ModuleRow& row = rows[i];
    const bool holds_others = i + 1 < rows.size() && rows[i + 1].depth > row.depth;
    table.push_back({std::string(2 * static_cast<std::size_t>(row.depth), ' ') + row.type,
                     text_of(row.output), with_commas(count_of(row)),
                     holds_others ? "" : constraints_of(row), number(row.bound)});
    if (row.depth > 0) continue;
    parameters += count_of(row);
    bound *= row.bound;
  }
  table.push_back({"total", "", with_commas(parameters), "", number(bound)});

  std::array<std::size_t, 5> widths{};
  for (const Row& row : table)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const Row& row : table) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      const bool is_number = i == 2 || i == 4;  // aligned at its end
      line += (i == 0 ? "" : "  ") + (is_number ? space + row[i] : row[i] + space);
    }
    text += line + '\n';
  }
  return text;
}

}  // namespace layers
