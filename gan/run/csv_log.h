// CsvLog: a CSV file whose rows begin with their step. A resumed run keeps the rows up to its step;
// later rows, written after the checkpoint it resumes from, are removed. If the columns have
// changed, rows keep the fields of columns that still exist; malformed rows are removed. Errors: a
// row that cannot be written, with the system's reason; no part of it is kept.
#pragma once

#include <string>

#include "engine/real.h"

namespace gan::run {

using engine::Index;

class CsvLog {
 public:
  CsvLog(const std::string& path, const std::string& header, Index step);
  void add(const std::string& row);
  void sync() const;  // the rows survive a power cut from now on
  // The columns of a file; "" if there is no file.
  static std::string header(const std::string& path);
  const std::string& last_row() const { return last_row_; }  // without the end of line; "" at first

 private:
  std::string path_, last_row_;
};

}  // namespace gan::run
