#include "gan/run/loss_log.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace gan::run {
namespace {

constexpr const char* kFront = "step,d_loss,g_loss,d_real,d_fake,";
constexpr const char* kBack = "steps_per_second,seconds";

std::string header(const std::vector<std::string>& measures) {
  std::string columns = kFront;
  for (const std::string& measure : measures) columns += measure + ",";
  return columns + kBack;
}

// Those that the file has, then those of `wanted` that it has not.
std::vector<std::string> all_measures(const std::string& path, Index step,
                                      const std::vector<std::string>& wanted) {
  std::vector<std::string> all;
  const std::string before = step > 0 ? CsvLog::header(path) : "";
  const std::size_t end = before.rfind(kBack);
  if (before.starts_with(kFront) && end != before.npos) {
    const std::size_t begin = std::string(kFront).size();
    std::istringstream in(before.substr(begin, end - begin));
    for (std::string column; std::getline(in, column, ',');) all.push_back(column);
  }
  for (const std::string& measure : wanted)
    if (std::ranges::find(all, measure) == all.end()) all.push_back(measure);
  return all;
}

}  // namespace

LossLog::LossLog(const std::string& path, Index step, const std::vector<std::string>& measures)
    : measures_(all_measures(path, step, measures)), rows_(path, header(measures_), step) {}

void LossLog::add(Index step, const training::LossMeans& losses, const Measures& measured,
                  double steps_per_second, double seconds) {
  std::ostringstream row;
  row << step << ',' << losses.discriminator << ',' << losses.generator << ',' << losses.on_real
      << ',' << losses.on_fake << ',';
  for (const std::string& measure : measures_) {
    if (const auto found = measured.find(measure); found != measured.end()) row << found->second;
    row << ',';
  }
  row << steps_per_second << ',' << seconds;
  rows_.add(row.str());
}

double LossLog::seconds() const {
  const std::string& row = rows_.last_row();
  return row.empty() ? 0 : std::atof(row.substr(row.rfind(',') + 1).c_str());
}

}  // namespace gan::run
