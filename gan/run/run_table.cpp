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
  std::vector<std::string> result;
  if (at == std::ssize(columns)) return result;
  for (const std::vector<std::string>& row : rows) result.push_back(row[at]);
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
