#include "gan/run/loss_log.h"

#include <cstdlib>
#include <sstream>

namespace gan::run {

LossLog::LossLog(const std::string& path, Index step, bool with_scores)
    : with_scores_(with_scores ||
                   (step > 0 && CsvLog::header(path).find("proxy_is") != std::string::npos)),
      rows_(path,
            std::string("step,d_loss,g_loss,d_real,d_fake,") +
                (with_scores_ ? "proxy_is,classes," : "") + "steps_per_second,seconds",
            step) {}

void LossLog::add(Index step, const training::LossMeans& losses,
                  const std::optional<analysis::ProxyScore>& score, double steps_per_second,
                  double seconds) {
  std::ostringstream row;
  row << step << ',' << losses.discriminator << ',' << losses.generator << ',' << losses.on_real
      << ',' << losses.on_fake << ',';
  if (with_scores_ && score) row << score->value << ',' << score->covered << ',';
  if (with_scores_ && !score) row << ",,";
  row << steps_per_second << ',' << seconds;
  rows_.add(row.str());
}

double LossLog::seconds() const {
  const std::string& row = rows_.last_row();
  return row.empty() ? 0 : std::atof(row.substr(row.rfind(',') + 1).c_str());
}

}  // namespace gan::run
