#include "gan/csv_log.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/check.h"
#include "engine/file.h"

namespace gan {

CsvLog::CsvLog(const std::string& path, const std::string& header, Index step) : path_(path) {
  std::string kept = header + '\n';
  if (step > 0 && std::filesystem::exists(path)) {
    std::istringstream rows(engine::read_file(path));
    std::string row;
    std::getline(rows, row);  // the header
    while (std::getline(rows, row) && !rows.eof() && std::atoll(row.c_str()) <= step) {
      kept += row + '\n';
      last_row_ = row;
    }
  }
  engine::write_file(path, kept);
}

void CsvLog::add(const std::string& row) {
  std::ofstream out(path_, std::ios::app);
  out << row << '\n';
  out.flush();
  engine::check(out.good(), path_, ": cannot be written: ", std::strerror(errno));
  last_row_ = row;
}

}  // namespace gan
