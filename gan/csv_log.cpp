#include "gan/csv_log.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

#include "engine/file.h"

namespace gan {
namespace {

std::vector<std::string> split(const std::string& row) {
  std::vector<std::string> fields;
  std::istringstream in(row + ',');
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

// A row under the columns `from` as one under the columns `to`, empty in those that are new.
std::string moved(const std::string& row, const std::string& from, const std::string& to) {
  if (from == to) return row;
  const std::vector<std::string> columns = split(from), fields = split(row);
  std::string result;
  for (const std::string& column : split(to)) {
    const std::ptrdiff_t at = std::ranges::find(columns, column) - columns.begin();
    if (at < std::ssize(fields)) result += fields[at];
    result += ',';
  }
  result.pop_back();
  return result;
}

}  // namespace

std::string CsvLog::header(const std::string& path) {
  if (!std::filesystem::exists(path)) return "";
  const std::string text = engine::read_file(path);
  return text.substr(0, text.find('\n'));
}

CsvLog::CsvLog(const std::string& path, const std::string& header, Index step) : path_(path) {
  std::string kept = header + '\n';
  if (step > 0 && std::filesystem::exists(path)) {
    std::istringstream rows(engine::read_file(path));
    std::string before, row;
    std::getline(rows, before);
    while (std::getline(rows, row) && !rows.eof() && std::atoll(row.c_str()) <= step) {
      last_row_ = moved(row, before, header);
      kept += last_row_ + '\n';
    }
  }
  engine::write_file(path, kept);
}

void CsvLog::add(const std::string& row) {
  engine::append_file(path_, row + '\n');
  last_row_ = row;
}

void CsvLog::sync() const { engine::sync_file(path_); }

}  // namespace gan
