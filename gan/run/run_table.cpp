#include "gan/run/run_table.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "engine/file.h"

namespace gan::run {

std::vector<std::string> split_fields(const std::string& row) {
  std::vector<std::string> fields;
  std::istringstream in(row + ',');
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

bool RunTable::has(const std::string& column) const {
  return std::ranges::find(columns, column) != columns.end();
}

std::vector<std::string> RunTable::texts(const std::string& column) const {
  const auto at = std::ranges::find(columns, column) - columns.begin();
  std::vector<std::string> result(rows.size());
  if (at == std::ssize(columns)) return result;
  for (std::size_t i = 0; i < rows.size(); ++i) result[i] = rows[i][at];
  return result;
}

std::vector<std::optional<double>> RunTable::numbers(const std::string& column) const {
  std::vector<std::optional<double>> result;
  for (const std::string& text : texts(column)) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    const bool read = error == std::errc() && rest == end;
    result.push_back(read ? std::optional(value) : std::nullopt);
  }
  return result;
}

std::vector<std::optional<Index>> RunTable::wholes(const std::string& column) const {
  constexpr double kMost = 1e15;  // whole numbers that a double holds
  std::vector<std::optional<Index>> result;
  for (const std::optional<double>& n : numbers(column))
    result.push_back(n && *n >= 0 && *n <= kMost ? std::optional(Index(*n)) : std::nullopt);
  return result;
}

RunTable read_table(const std::string& path) {
  RunTable table;
  if (!std::filesystem::exists(path)) return table;
  std::istringstream in(engine::read_file(path));
  std::string row;
  if (std::getline(in, row)) table.columns = split_fields(row);
  while (std::getline(in, row)) {
    std::vector<std::string> fields = split_fields(row);
    if (fields.size() == table.columns.size()) table.rows.push_back(std::move(fields));
  }
  return table;
}

}  // namespace gan::run
