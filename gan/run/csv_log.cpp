#include "gan/run/csv_log.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <sstream>
#include <vector>

#include "engine/file.h"
#include "gan/run/run_table.h"

namespace gan::run {
namespace {

// The step of a row under these columns; none if it is no row of them.
std::optional<Index> step_of(const std::string& row, const std::string& columns) {
  Index step = 0;
  const char* end = row.data() + row.size();
  const auto [at, error] = std::from_chars(row.data(), end, step);
  const bool whole = error == std::errc() && step >= 0 && (at == end || *at == ',');
  if (!whole || std::ranges::count(row, ',') != std::ranges::count(columns, ',')) return {};
  return step;
}

// A row under the columns `from` as one under the columns `to`, empty in those that are new.
std::string moved(const std::string& row, const std::string& from, const std::string& to) {
  if (from == to) return row;
  const std::vector<std::string> columns = split_fields(from), fields = split_fields(row);
  std::string result;
  for (const std::string& column : split_fields(to)) {
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
    while (std::getline(rows, row) && !rows.eof()) {
      const std::optional<Index> of = step_of(row, before);
      if (!of) continue;  // damaged
      if (*of > step) break;
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

}  // namespace gan::run
