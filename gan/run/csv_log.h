// CsvLog: a CSV file whose rows begin with the step they belong to. A resumed run goes on with the
// rows up to its step; those of a later step, made after the checkpoint it goes on from, are taken
// out. Where its columns have changed since, rows keep the fields of columns that are still there;
// what is no row of its columns is left out.
// Errors: a row that cannot be written, with the system's reason; no part of it is kept then.
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
  // The columns of a file; "" where there is none.
  static std::string header(const std::string& path);
  const std::string& last_row() const { return last_row_; }  // without the end of line; "" at first

 private:
  std::string path_, last_row_;
};

}  // namespace gan::run
